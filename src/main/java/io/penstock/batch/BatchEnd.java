package io.penstock.batch;

/**
 * What became of a batch, once its answers are in the store.
 *
 * @param why how it ended, for people
 * @param answered requests with an answer
 * @param failed requests that failed for good
 * @param remaining requests that are to be asked again
 * @param unusable whether the provider takes no batch like this
 */
public record BatchEnd(String why, long answered, long failed, long remaining, boolean unusable) {}
