package io.penstock.provider;

import io.penstock.domain.ModelSettings;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A provider's wire format. Stateless, serializable, thread-safe; does no I/O. */
public interface ProviderDialect extends Serializable {
  /** As written in {@code providers.X.dialect}. */
  String name();

  /** Generation parameters that a job may write beside a model; they are passed through by name. */
  Set<String> parameters();

  /**
   * Fields that Penstock writes itself or cannot honour; refused everywhere, also under {@code
   * extra}.
   */
  Set<String> reserved();

  /**
   * Values that a parameter may have, where others have a price that is not in the price list. Of a
   * list each value counts, and of a list of objects the names of their members; {@code tools.type}
   * stands for what the objects of the list {@code tools} have as {@code type}, if anything.
   */
  Map<String, Set<String>> onlyValues();

  /** Parameters that do not decide the answer and stay out of the fingerprint. */
  Set<String> indifferentParameters();

  /** Whether the provider demands an output limit with every request. */
  default boolean needsMaxOutputTokens() {
    return false;
  }

  /** The path that a base URL without one gets. */
  default String basePath() {
    return "/v1";
  }

  /**
   * Parameters that ask for answers of a certain form, which is what a response schema does; {@code
   * a.b} is the member {@code b} of the parameter {@code a}.
   */
  Set<String> structuredOutput();

  /** Fixed request headers; those that decide the answer are part of the fingerprint. */
  Map<String, String> headers();

  /** Header name and value that carry the key. */
  Map.Entry<String, String> authorization(String apiKey);

  ModelCodec codec(ModelSettings model);

  /** Of the provider's Batch API; empty where there is none here. */
  default Optional<BatchCodec> batchCodec(ModelSettings model) {
    return Optional.empty();
  }
}
