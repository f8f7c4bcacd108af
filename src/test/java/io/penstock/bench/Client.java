package io.penstock.bench;

import java.io.IOException;
import java.nio.file.Path;

/** A way to have prompts answered. */
interface Client {
  /**
   * Calls the model for each prompt once.
   *
   * @param origin of the API, without a path
   * @param folder for whatever it writes; empty
   * @return processor time of this JVM
   */
  CpuTime call(Prompts prompts, String origin, Path folder)
      throws IOException, InterruptedException;

  /**
   * @param callsNanos while calls were made
   * @param wholeNanos with all that goes before and after them
   */
  record CpuTime(long callsNanos, long wholeNanos) {}
}
