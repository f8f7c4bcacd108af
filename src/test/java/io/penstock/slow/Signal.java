package io.penstock.slow;

import java.io.IOException;

/** What a Unix process can be sent. */
enum Signal {
  /** Ends at once. */
  KILL,
  /** Asks to end. */
  TERM,
  /** Suspends. */
  STOP,
  /** Lets a suspended one go on. */
  CONT;

  /**
   * @throws IllegalStateException when the process has ended
   */
  void send(ProcessHandle process) throws IOException {
    // also tells a later process with the same id from this one
    if (!process.isAlive()) {
      throw new IllegalStateException("Process " + process.pid() + " has ended already");
    }
    String command = "kill -" + name() + " " + process.pid();
    try {
      int exitCode = new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException(command + " ended with exit code " + exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command + " was interrupted", e);
    }
  }
}
