package io.holdfast.clusterservice.domain;

import java.util.Optional;

/**
 * What an update asks for.
 *
 * @param version the version to upgrade to; empty when the update is no upgrade
 * @param wishes all of the kept wishes as they shall be afterwards
 */
public record Change(String name, Optional<KubernetesVersion> version, Wishes wishes) {}
