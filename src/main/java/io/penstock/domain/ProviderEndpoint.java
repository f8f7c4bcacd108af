package io.penstock.domain;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a provider is reached. Holds no secret.
 *
 * @param name the job's name for the provider
 * @param dialect name of the wire format
 * @param identity what the answers belong to, whatever the provider is called: a known name, else
 *     the base URL
 * @param baseUrl without a trailing slash
 * @param maxTokensField the field that carries the output limit in the OpenAI dialect
 * @param apiVersion sent with every request as the query parameter {@code api-version}; null: none
 * @param requestTimeout from the start of an attempt to the last byte of its answer
 * @param network how it is reached beyond the address
 */
public record ProviderEndpoint(
    String name,
    String dialect,
    String identity,
    String baseUrl,
    String maxTokensField,
    @Nullable String apiVersion,
    Duration requestTimeout,
    Network network)
    implements Serializable {}
