package io.holdfast.secretservice.keys;

import io.holdfast.kernel.Ocid.BindingId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Validity;
import io.holdfast.secretservice.domain.Denial;
import io.holdfast.secretservice.testing.InProcessKeyService;
import java.util.HashMap;
import java.util.Map;

class InProcessKeyServiceTest extends KeyAccessContract {
    private final InProcessKeyService service = new InProcessKeyService();
    private final Map<BindingId, KeyId> keys = new HashMap<>();

    @Override
    protected KeyAccess access() {
        return service;
    }

    @Override
    protected BindingId newBinding() {
        KeyId key = service.newKey();
        BindingId binding = service.bind(InProcessKeyService.MINT.cluster(), key);
        keys.put(binding, key);
        return binding;
    }

    @Override
    protected BindingId unknownBinding() {
        return InProcessKeyService.MINT.binding();
    }

    @Override
    protected void rotate(BindingId binding) {
        service.rotate(keys.get(binding));
    }

    @Override
    protected void grantsHoldUntil(Validity end) {
        service.grantsHoldUntil(end);
    }

    @Override
    protected void disable(BindingId binding) {
        service.deny(keys.get(binding), Denial.KEY_DISABLED);
    }
}
