package io.penstock.limit;

/**
 * An account at one moment.
 *
 * @param inFlight calls under way, as the executors told last
 * @param limit of calls under way at once
 * @param paused because it refused everything; one call at a time tries it
 */
public record AccountLoad(String account, int inFlight, int limit, boolean paused) {}
