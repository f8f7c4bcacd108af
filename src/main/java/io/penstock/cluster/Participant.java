package io.penstock.cluster;

/**
 * The runtime of one run in one executor JVM, as its agent sees it. Must be thread-safe: the agent
 * calls from threads of its own.
 */
public interface Participant {
  String runId();

  /** Cheap; also asked after {@link #close()}. */
  Counts counts();

  /** Starts no further calls; those under way go on. Called at most once. */
  void stop(String reason);

  /**
   * The run is over at the driver: keeps the answers under way and closes. May take as long as a
   * call does. The agent calls it once, but others may have done so before.
   */
  void close();
}
