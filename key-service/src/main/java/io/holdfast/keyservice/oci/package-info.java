/**
 * The vault that is in Oracle Cloud: keys made, used and led there, by Oracle's own SDK.
 *
 * <p>Imports domain, config, vault, transfer (the wrapping of brought material), envelope and kernel, and Oracle's SDK. None of
 * its classes but the configuration is loaded where no vault of Oracle's is configured.
 */
@NullMarked
package io.holdfast.keyservice.oci;

import org.jspecify.annotations.NullMarked;
