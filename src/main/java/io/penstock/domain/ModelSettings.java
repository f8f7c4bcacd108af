package io.penstock.domain;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A model of the job file as the executors need it. Holds no secret.
 *
 * @param name the job's name for it
 * @param requestModel the provider's name for it, as sent
 * @param maxOutputTokens null: the provider's own maximum applies
 * @param parametersJson a JSON object of the generation parameters of the dialect's list, as sent
 * @param extraJson a JSON object of further parameters, as sent
 */
public record ModelSettings(
    String name,
    ProviderEndpoint endpoint,
    String requestModel,
    @Nullable Integer maxOutputTokens,
    String parametersJson,
    String extraJson)
    implements Serializable {}
