package io.penstock.config;

import java.util.Map;
import java.util.Set;

/**
 * What a job may write beside a model of one dialect.
 *
 * @param parameters generation parameters that are passed through by name
 * @param reserved fields that Penstock writes itself or cannot honour
 * @param onlyValues values that a parameter may have, where others have a price that is not in the
 *     price list; of a list of objects, the members that these may have, or under {@code
 *     tools.type} the values of one member
 * @param needsMaxOutputTokens whether the provider demands an output limit
 * @param basePath path that a base URL without one gets
 * @param structuredOutput parameters that ask for answers of a certain form, or members of them
 */
public record DialectRules(
    Set<String> parameters,
    Set<String> reserved,
    Map<String, Set<String>> onlyValues,
    boolean needsMaxOutputTokens,
    String basePath,
    Set<String> structuredOutput) {
  /** Dialects whose Batch APIs are spoken here. */
  public static final Set<String> WITH_BATCHES = Set.of("openai", "azure", "anthropic");
}
