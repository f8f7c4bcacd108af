package io.penstock.pipeline;

import java.util.Optional;

/**
 * The request to end an execution early, by a signal or because the job's lock was lost. Each phase
 * of the run says how it is to be ended. Thread-safe.
 *
 * <p>Before the calls Spark's jobs are cancelled; during the calls no further one starts and those
 * under way have a while to end; once results are being written they are written to their end.
 */
public final class RunInterrupt {
  private Optional<String> reason = Optional.empty();
  private Runnable ending = () -> {};

  /** Ends the phase that is under way. A second call does nothing. */
  public void interrupt(String why) {
    Runnable end;
    synchronized (this) {
      if (reason.isPresent()) {
        return;
      }
      reason = Optional.of(why);
      end = ending;
    }
    end.run();
  }

  public synchronized Optional<String> reason() {
    return reason;
  }

  /**
   * From now on an interruption is answered like this.
   *
   * @return how it was answered before
   * @throws RunInterruptedException when there was one
   */
  synchronized Runnable enter(Runnable howToEnd) {
    reason.ifPresent(
        why -> {
          throw new RunInterruptedException(why);
        });
    Runnable before = ending;
    ending = howToEnd;
    return before;
  }

  /** From now on the execution goes to its end. */
  synchronized void leave() {
    ending = () -> {};
  }
}
