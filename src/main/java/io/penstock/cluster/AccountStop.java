package io.penstock.cluster;

import io.penstock.domain.FailureKind;
import java.io.Serializable;

/**
 * Why an account is of no use to any executor: its key is refused, its credit is used up.
 *
 * @param kind one that stops the run
 * @param message for people, keys masked
 */
public record AccountStop(FailureKind kind, String message) implements Serializable {}
