package io.holdfast.testkit;

import io.grpc.stub.StreamObserver;

/** Where the answer of a gRPC call goes that nobody waits for. */
public final class Unheard<T> implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
}
