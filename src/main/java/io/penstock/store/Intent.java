package io.penstock.store;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.Usd;

/**
 * A call that is about to start.
 *
 * @param worstUsd the most that it can cost; zero without a known price; below zero: so much less
 *     than was intended before
 */
public record Intent(Fingerprint fingerprint, Usd worstUsd) {}
