package io.holdfast.clusterservice.store;

/**
 * Something as read from etcd.
 *
 * @param modRevision of its key; what a change of it rests on
 */
public record Stored<T>(T value, long modRevision) {}
