package io.penstock.config;

import java.util.Set;

/**
 * What a job may write beside a model of one dialect.
 *
 * @param parameters generation parameters that are passed through by name
 * @param reserved fields that Penstock writes itself or cannot honour
 * @param needsMaxOutputTokens whether the provider demands an output limit
 */
public record DialectRules(
    Set<String> parameters, Set<String> reserved, boolean needsMaxOutputTokens) {}
