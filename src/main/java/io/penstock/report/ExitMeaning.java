package io.penstock.report;

/** What a run's exit code says, for people. */
final class ExitMeaning {
  private ExitMeaning() {}

  static String of(int exitCode) {
    return switch (exitCode) {
      case 0 -> "Done.";
      case 3 -> "Done, but more rows failed than the job tolerates.";
      case 4 ->
          "The budget is reached, or the run was expected to cost more: run infer with a larger budget to go on.";
      case 5 ->
          "The provider refuses account, model or parameters, or the way to it is refused: nothing more was called.";
      case 75 -> "Batches are pending: run infer again to take in their answers.";
      case 130 -> "Interrupted: run infer again to go on.";
      default -> "Ended with exit code " + exitCode + ".";
    };
  }
}
