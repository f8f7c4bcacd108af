/**
 * The words of the project as values: prompts, requests, completions, failures, money. Start at
 * {@link io.penstock.domain.InferenceRequest} and {@link io.penstock.domain.InferenceOutcome}.
 * Everything here is immutable, serializable and knows the JDK only.
 */
@NullMarked
package io.penstock.domain;

import org.jspecify.annotations.NullMarked;
