package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunInterruptTest {
  private final RunInterrupt interrupt = new RunInterrupt();
  private final List<String> ended = new ArrayList<>();

  @Test
  void endsThePhaseThatIsUnderWayOnce() {
    interrupt.enter(() -> ended.add("first"));
    interrupt.enter(() -> ended.add("second"));

    interrupt.interrupt("SIGTERM");
    interrupt.interrupt("SIGINT");

    assertThat(ended).containsExactly("second");
    assertThat(interrupt.reason()).contains("SIGTERM");
  }

  @Test
  void letsNoFurtherPhaseBegin() {
    interrupt.interrupt("SIGINT");

    assertThatThrownBy(() -> interrupt.enter(() -> ended.add("never")))
        .isInstanceOf(RunInterruptedException.class)
        .hasMessage("SIGINT");
    assertThat(ended).isEmpty();
  }

  @Test
  void endsNothingOnceResultsAreWritten() {
    interrupt.enter(() -> ended.add("calls"));
    interrupt.leave();

    interrupt.interrupt("SIGTERM");

    assertThat(ended).isEmpty();
  }
}
