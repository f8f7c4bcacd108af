package io.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Spark's cluster managers say of an executor that is gone. */
final class ExitReasonsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Command exited with code 137",
        "Command exited with code 0",
        "Container marked as failed: container_1 on host: h. Exit status: 137. Diagnostics: Killed",
        "Container from a bad node: container_1 on host: h. Exit status: 143. Diagnostics: x",
        "The executor with id 1 exited with exit code 137(SIGKILL, possible container OOM).",
      })
  void aCodeIsThatOfAProcessThatHasEnded(String reason) {
    assertThat(DriverCoordinator.tellsOfAnExit(reason)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network"
            + " issues. Check driver logs for WARN messages.",
        "Executor heartbeat timed out after 123456 ms",
        "Container marked as failed: container_1 on host: h. Exit status: -100. Diagnostics:"
            + " Container released on a *lost* node",
        "The executor with id 1 exited with exit code -1(unexpected).",
        "Worker shutting down",
        "Executor is not responding",
        "null",
      })
  void allElseMayBeOfAnExecutorThatOnlyCannotBeReached(String reason) {
    assertThat(DriverCoordinator.tellsOfAnExit(reason)).isFalse();
  }
}
