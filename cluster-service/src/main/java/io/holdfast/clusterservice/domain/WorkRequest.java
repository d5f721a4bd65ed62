package io.holdfast.clusterservice.domain;

import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.WorkRequestId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The record of one asynchronous operation on a cluster (OCI Container Engine, WorkRequest). A finished state always
 * carries the time of its end: clients wait for either, and both come in one write.
 */
public sealed interface WorkRequest {
    /** The most log lines kept for one work request. */
    int MAX_LOGS = 50;

    Facts facts();

    /** The OCI WorkRequestStatus. */
    String status();

    Optional<Instant> timeStarted();

    Optional<Instant> timeFinished();

    /** What the operation does, or did, to the cluster (OCI WorkRequestResource.actionType). */
    String actionType();

    /** Oldest first. */
    List<Entry> logs();

    /** Why it failed; empty unless it did. */
    List<Failure> errors();

    default WorkRequestId id() {
        return facts().id();
    }

    /** A state that goes on. */
    sealed interface Open extends WorkRequest {
        InProgress start(Instant at, String log);
    }

    enum Operation {
        CLUSTER_CREATE("CREATED"),
        CLUSTER_UPDATE("UPDATED"),
        CLUSTER_DELETE("DELETED");

        private final String done;

        Operation(String done) {
            this.done = done;
        }
    }

    /** @param requestedBy the OCID of the principal who asked */
    record Facts(
            WorkRequestId id,
            Operation operation,
            CompartmentId compartmentId,
            ClusterId clusterId,
            Instant timeAccepted,
            String requestedBy) {}

    /** A line for the operator. */
    record Entry(Instant at, String message) {}

    /** @param code an OCI error code, for example Conflict */
    record Failure(Instant at, String code, String message) {}

    static Accepted accept(
            WorkRequestId id,
            Operation operation,
            CompartmentId compartmentId,
            ClusterId clusterId,
            Instant at,
            String requestedBy) {
        return new Accepted(
                new Facts(id, operation, compartmentId, clusterId, at, requestedBy),
                List.of(new Entry(at, "The request was accepted.")));
    }

    record Accepted(Facts facts, List<Entry> logs) implements Open {
        public Accepted {
            logs = List.copyOf(logs);
        }

        @Override
        public InProgress start(Instant at, String log) {
            return new InProgress(facts, at, appended(logs, at, log));
        }

        @Override
        public String status() {
            return "ACCEPTED";
        }

        @Override
        public Optional<Instant> timeStarted() {
            return Optional.empty();
        }

        @Override
        public Optional<Instant> timeFinished() {
            return Optional.empty();
        }

        @Override
        public String actionType() {
            return "IN_PROGRESS";
        }

        @Override
        public List<Failure> errors() {
            return List.of();
        }
    }

    record InProgress(Facts facts, Instant started, List<Entry> logs) implements Open {
        public InProgress {
            logs = List.copyOf(logs);
        }

        /** As it is: it was started before. */
        @Override
        public InProgress start(Instant at, String log) {
            return this;
        }

        public Succeeded succeed(Instant at, String log) {
            return new Succeeded(facts, started, at, appended(logs, at, log));
        }

        public Failed fail(Instant at, String code, String message) {
            return new Failed(facts, started, at, appended(logs, at, message), List.of(new Failure(at, code, message)));
        }

        @Override
        public String status() {
            return "IN_PROGRESS";
        }

        @Override
        public Optional<Instant> timeStarted() {
            return Optional.of(started);
        }

        @Override
        public Optional<Instant> timeFinished() {
            return Optional.empty();
        }

        @Override
        public String actionType() {
            return "IN_PROGRESS";
        }

        @Override
        public List<Failure> errors() {
            return List.of();
        }
    }

    record Succeeded(Facts facts, Instant started, Instant finished, List<Entry> logs) implements WorkRequest {
        public Succeeded {
            logs = List.copyOf(logs);
        }

        @Override
        public String status() {
            return "SUCCEEDED";
        }

        @Override
        public Optional<Instant> timeStarted() {
            return Optional.of(started);
        }

        @Override
        public Optional<Instant> timeFinished() {
            return Optional.of(finished);
        }

        @Override
        public String actionType() {
            return facts.operation().done;
        }

        @Override
        public List<Failure> errors() {
            return List.of();
        }
    }

    record Failed(Facts facts, Instant started, Instant finished, List<Entry> logs, List<Failure> errors)
            implements WorkRequest {
        public Failed {
            logs = List.copyOf(logs);
            errors = List.copyOf(errors);
        }

        @Override
        public String status() {
            return "FAILED";
        }

        @Override
        public Optional<Instant> timeStarted() {
            return Optional.of(started);
        }

        @Override
        public Optional<Instant> timeFinished() {
            return Optional.of(finished);
        }

        @Override
        public String actionType() {
            return "FAILED";
        }
    }

    private static List<Entry> appended(List<Entry> logs, Instant at, String message) {
        List<Entry> all = new ArrayList<>(logs);
        all.add(new Entry(at, message));
        return List.copyOf(all.subList(Math.max(0, all.size() - MAX_LOGS), all.size()));
    }
}
