package io.penstock.cluster;

import io.penstock.domain.ProviderSecrets;
import java.io.Serializable;

/**
 * A provider's secrets as they were read at some time.
 *
 * @param version another one for other values
 */
public record HeldSecrets(ProviderSecrets secrets, int version) implements Serializable {}
