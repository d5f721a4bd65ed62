package io.holdfast.clusterservice.domain;

import java.util.List;
import java.util.Map;

/**
 * What a client wished beside the things that Holdfast acts on; kept and given back as sent. JSON values without nulls.
 *
 * @param type BASIC_CLUSTER or ENHANCED_CLUSTER
 */
public record Wishes(
        String type,
        Map<String, Object> options,
        Map<String, Object> endpointConfig,
        Map<String, Object> imagePolicyConfig,
        List<Object> podNetworkOptions,
        Map<String, Object> freeformTags,
        Map<String, Object> definedTags) {
    public static final List<String> TYPES = List.of("BASIC_CLUSTER", "ENHANCED_CLUSTER");

    public Wishes {
        options = Map.copyOf(options);
        endpointConfig = Map.copyOf(endpointConfig);
        imagePolicyConfig = Map.copyOf(imagePolicyConfig);
        podNetworkOptions = List.copyOf(podNetworkOptions);
        freeformTags = Map.copyOf(freeformTags);
        definedTags = Map.copyOf(definedTags);
    }
}
