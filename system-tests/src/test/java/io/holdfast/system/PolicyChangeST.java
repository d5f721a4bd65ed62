package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * What a policy or a membership took away is away at every service when the change is answered; what it gave is given soon
 * after.
 */
class PolicyChangeST {
    /** From the answer on. */
    private static final Duration BOUND = Duration.ofMillis(1200);

    private static final int ROUNDS = 15;

    /** One request of the reader, on the monotonic clock. */
    private record Seen(String service, long begun, int status) {
        boolean allowed() {
            return status == 200;
        }
    }

    @Test
    void aPolicyHoldsAtEveryServiceWhenItIsAnswered() throws InterruptedException {
        try (Fixture fixture = new Fixture()) {
            Reader reader = Reader.create(fixture);
            String membership = reader.join();
            rounds(reader, reader::allow, fixture.api::deletePolicy);
            reader.leave(membership);
        }
    }

    @Test
    void aMembershipHoldsAtEveryServiceWhenItIsAnswered() throws InterruptedException {
        try (Fixture fixture = new Fixture()) {
            Reader reader = Reader.create(fixture);
            String policy = reader.allow();
            rounds(reader, reader::join, reader::leave);
            fixture.api.deletePolicy(policy);
        }
    }

    /** @param give lets the reader, and names what does @param take ends that */
    private static void rounds(Reader reader, Supplier<String> give, Consumer<String> take)
            throws InterruptedException {
        ConcurrentLinkedQueue<Seen> seen = new ConcurrentLinkedQueue<>();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        reader.requests()
                .forEach((service, request) ->
                        threads.add(Thread.ofPlatform().start(() -> askUntil(stop, seen, service, request))));
        Set<String> services = reader.requests().keySet();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                await(seen, services, false, System.nanoTime());

                String given = give.get();
                long answered = System.nanoTime();
                await(seen, services, true, answered);
                assertAllBegunAfter(seen, answered + BOUND.toNanos(), true);
                seen.clear();

                take.accept(given);
                answered = System.nanoTime();
                await(seen, services, false, answered);
                assertAllBegunAfter(seen, answered, false);
                seen.clear();
            }
        } finally {
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void askUntil(
            AtomicBoolean stop, ConcurrentLinkedQueue<Seen> seen, String service, IntSupplier request) {
        while (!stop.get()) {
            long begun = System.nanoTime();
            seen.add(new Seen(service, begun, request.getAsInt()));
        }
    }

    /** Until each service has answered two requests so that began after this moment. */
    private static void await(ConcurrentLinkedQueue<Seen> seen, Set<String> services, boolean allowed, long after) {
        for (String service : services) {
            long found =
                    Checks.eventually(service + (allowed ? " allowing" : " refusing"), Duration.ofSeconds(20), () -> {
                        long count = seen.stream()
                                .filter(each -> each.service().equals(service)
                                        && each.allowed() == allowed
                                        && each.begun() - after > 0)
                                .count();
                        return count >= 2 ? Optional.of(count) : Optional.empty();
                    });
            assertThat(found).isPositive();
        }
    }

    private static void assertAllBegunAfter(ConcurrentLinkedQueue<Seen> seen, long moment, boolean allowed) {
        assertThat(seen.stream().filter(each -> each.begun() - moment > 0)).allMatch(each -> each.allowed() == allowed);
    }

    /** A user who may do only what the test's policy says, while in the group. */
    private record Reader(Fixture fixture, String id, String group, String name, Map<String, IntSupplier> requests) {

        static Reader create(Fixture fixture) {
            fixture.createSecret(fixture.endpoint(), "read", "by the reader");
            HoldfastApi admin = fixture.api;
            StackEnvironment stack = fixture.stack;
            String name = "reader-" + UUID.randomUUID().toString().substring(0, 8);
            String user = made(fixture, "/20160918/users", name);
            String group = made(fixture, "/20160918/groups", name);
            StackEnvironment own = SignedUser.of(stack, admin, user, name);
            HoldfastApi reader = new HoldfastApi(own);
            // That kubectl has a token is not what changes.
            String token = admin.createPolicy(
                            admin.tenancy(),
                            name + "-token",
                            List.of("Allow any-user to use clusters in tenancy where request.user.id = '" + user + "'"))
                    .path("id")
                    .asText();
            KubernetesEndpoint endpoint = new KubernetesEndpoint(
                    own, reader.kubeconfig(fixture.cluster, stack.directory().resolve("kubeconfig-" + name)));
            admin.deletePolicy(token);
            OciClient client = reader.client();
            return new Reader(
                    fixture,
                    user,
                    group,
                    name,
                    Map.of(
                            "key-service",
                            () -> client.get(stack.keys(), "/20180608/keys/" + fixture.key)
                                    .status(),
                            "cluster-service",
                            () -> client.get(stack.clusters(), "/20180222/clusters/" + fixture.cluster)
                                    .status(),
                            "audit-service",
                            () -> client.get(stack.audit(), "/v1/events?limit=1")
                                    .status(),
                            "secret-service",
                            () -> endpoint.get(Fixture.secretPath("read")).statusCode()));
        }

        private static String made(Fixture fixture, String path, String name) {
            return fixture.api
                    .client()
                    .post(
                            fixture.stack.keys(),
                            path,
                            Map.of("compartmentId", fixture.api.tenancy(), "name", name, "description", "for a test"))
                    .expectSuccess("creating " + name)
                    .body()
                    .path("id")
                    .asText();
        }

        String allow() {
            String subject = "Allow group " + name + " to ";
            return fixture.api
                    .createPolicy(
                            fixture.api.tenancy(),
                            name,
                            List.of(
                                    subject + "read keys in tenancy",
                                    subject + "read clusters in tenancy",
                                    subject + "read audit-events in tenancy",
                                    subject + "read cluster-secrets in tenancy"))
                    .path("id")
                    .asText();
        }

        String join() {
            return fixture.api
                    .client()
                    .post(
                            fixture.stack.keys(),
                            "/20160918/userGroupMemberships",
                            Map.of("userId", id, "groupId", group))
                    .expectSuccess("joining the group")
                    .body()
                    .path("id")
                    .asText();
        }

        void leave(String membership) {
            fixture.api
                    .client()
                    .delete(fixture.stack.keys(), "/20160918/userGroupMemberships/" + membership)
                    .expectSuccess("leaving the group");
        }
    }
}
