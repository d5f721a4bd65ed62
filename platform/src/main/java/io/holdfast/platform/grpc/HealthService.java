package io.holdfast.platform.grpc;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code grpc.health.v1.Health}, over mutual TLS like everything on this port, for any certificate of the installation.
 * Each gRPC service of the process, and the process itself (the empty name), is SERVING exactly while the process is
 * ready.
 */
@Singleton
public class HealthService extends HealthGrpc.HealthImplBase {
    /** Open {@code Watch} calls; the next ones are refused as {@link Overload} says. */
    static final int MOST_WATCHES = 64;
    /** How late a change of readiness may be told. */
    private static final long EVERY_MILLIS = 2000;

    private static final String WHOLE = "";

    private final Readiness readiness;
    private final Instance<BindableService> services;
    private final Semaphore watches = new Semaphore(MOST_WATCHES);
    private volatile @Nullable Set<String> names;

    @Inject
    HealthService(Readiness readiness, @Any Instance<BindableService> services) {
        this.readiness = readiness;
        this.services = services;
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> call) {
        UnaryCalls.serve(call, () -> {
            ServingStatus status = status(request.getService());
            if (status == ServingStatus.SERVICE_UNKNOWN) {
                call.onError(Status.NOT_FOUND
                        .withDescription("there is no such service here")
                        .asRuntimeException());
                return;
            }
            call.onNext(answer(status));
            call.onCompleted();
        });
    }

    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> responses) {
        if (!(responses instanceof ServerCallStreamObserver<HealthCheckResponse> call)) {
            throw new IllegalStateException("the gRPC server gives no call observer: " + responses.getClass());
        }
        if (!watches.tryAcquire()) {
            call.onError(Overload.refusal("too many watches; try again later"));
            return;
        }
        CountDownLatch gone = new CountDownLatch(1);
        call.setOnCancelHandler(gone::countDown);
        Runnable within = Context.current().wrap(() -> follow(request.getService(), call, gone));
        Thread.ofVirtual().name("grpc-health-watch").start(() -> {
            try {
                within.run();
            } finally {
                watches.release();
            }
        });
    }

    private void follow(String service, ServerCallStreamObserver<HealthCheckResponse> call, CountDownLatch gone) {
        @Nullable ServingStatus told = null;
        try {
            do {
                ServingStatus now = status(service);
                // Who does not read is told the newest when it does.
                if (now != told && call.isReady()) {
                    call.onNext(answer(now));
                    told = now;
                }
            } while (!gone.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private ServingStatus status(String service) {
        if (!service.equals(WHOLE) && !names().contains(service)) {
            return ServingStatus.SERVICE_UNKNOWN;
        }
        return readiness.ready() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    }

    private Set<String> names() {
        Set<String> known = names;
        if (known == null) {
            known = services.stream()
                    .map(service -> service.bindService().getServiceDescriptor().getName())
                    .collect(Collectors.toUnmodifiableSet());
            names = known;
        }
        return known;
    }

    private static HealthCheckResponse answer(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
