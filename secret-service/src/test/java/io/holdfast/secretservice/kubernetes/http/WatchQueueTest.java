package io.holdfast.secretservice.kubernetes.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.SecretBytes;
import io.holdfast.secretservice.kubernetes.http.Watching.Followed;
import io.holdfast.secretservice.kubernetes.http.Watching.Item;
import io.holdfast.secretservice.kubernetes.http.Watching.Waiting;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectWatcher.Change;
import io.holdfast.secretservice.storage.ObjectStorage.StoredObject;
import org.junit.jupiter.api.Test;

class WatchQueueTest {
    private final Waiting waiting = new Waiting();
    private final Followed followed = new Followed(waiting);

    private StoredObject change(int bytes, long revision) {
        StoredObject object =
                new StoredObject("default", "s", SecretBytes.takeOwnershipOf(new byte[bytes]), revision, 7);
        followed.onChanged(Change.MODIFIED, object);
        return object;
    }

    @Test
    void largeValuesOverflowBeforeTheyFillTheMemory() {
        change(3 << 20, 1);
        change(3 << 20, 2);
        StoredObject tooMuch = change(3 << 20, 3);
        StoredObject later = change(1, 4);

        assertThat(waiting.poll()).isInstanceOf(Item.Changed.class);
        assertThat(waiting.poll()).isInstanceOf(Item.Changed.class);
        assertThat(waiting.poll()).isInstanceOf(Item.Wake.class);
        assertThat(waiting.isEmpty()).isTrue();
        assertThatThrownBy(() -> tooMuch.value().length()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> later.value().length()).isInstanceOf(IllegalStateException.class);
        assertThat(waiting.hasRoomFor(8 << 20)).isTrue();
    }

    @Test
    void aValueLargerThanTheBoundWaitsAlone() {
        change(9 << 20, 1);
        assertThat(waiting.hasRoomFor(1)).isFalse();
        assertThat(waiting.poll()).isInstanceOf(Item.Changed.class);
        assertThat(waiting.hasRoomFor(1)).isTrue();
    }
}
