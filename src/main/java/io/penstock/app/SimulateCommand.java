package io.penstock.app;

import io.penstock.pipeline.InvalidInputException;
import io.penstock.simulator.Simulator;
import io.penstock.simulator.SimulatorOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code simulate}: serves until it is told to stop. */
@Command(name = "simulate", description = "Starts the API simulator on loopback.")
final class SimulateCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Option(names = "--port", description = "0 for any free one; default: ${DEFAULT-VALUE}")
  int port = 8089;

  @Option(
      names = "--api-key",
      description = "the only key that is accepted; default: none is asked for")
  String apiKey;

  @Option(names = "--latency", description = "fixed:200ms, or lognormal:1s:10s (median, p99)")
  String latency;

  @Option(
      names = "--faults",
      description =
          "429=0.02,500=0.02,503=0.02,529=0.01,quota=0.01,reset=0.01,malformed=0.01,truncated=0.01,slow=0.01")
  String faults;

  @Option(
      names = "--accuracy",
      description =
          "model=p,...: share of the sums in prompts that are answered right, and of the answers that fulfil their request's schema")
  String accuracy;

  @Option(
      names = "--seed",
      description = "answers are a function of the request and this; default: 0")
  String seed;

  @Option(
      names = "--max-in-flight",
      description = "requests to a model at the same time; default: no limit")
  String maxInFlight;

  @Option(
      names = "--requests-per-minute",
      description = "requests to a model per minute; default: no limit")
  String requestsPerMinute;

  @Option(
      names = "--tokens-per-minute",
      description = "input and output tokens of a model per minute; default: no limit")
  String tokensPerMinute;

  @Option(
      names = "--burst-seconds",
      description = "what may be used at once, in seconds of the rates per minute; default: 60")
  String burstSeconds;

  @Mixin BatchFlags batchFlags;

  @Override
  public Integer call() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (Simulator simulator = start()) {
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> stop(simulator, stopped), "penstock-simulator-stop"));
      System.out.println("listening on " + simulator.origin());
      System.out.flush();
      stopped.await();
    }
    return 0;
  }

  /** In the hook itself: the process may end before the main thread has cleared up. */
  private static void stop(Simulator simulator, CountDownLatch stopped) {
    simulator.close();
    stopped.countDown();
  }

  private Simulator start() {
    SimulatorOptions options = options();
    try {
      return Simulator.start(options, JobFile.standardPrices(), port);
    } catch (IllegalStateException e) {
      throw new InvalidInputException(String.valueOf(e.getMessage()));
    }
  }

  private SimulatorOptions options() {
    Map<String, String> typed = new LinkedHashMap<>();
    spec.commandLine().getParseResult().matchedOptions().stream()
        .filter(option -> !option.longestName().equals("--port"))
        .forEach(option -> typed.put(option.longestName().substring(2), option.getValue()));
    try {
      return SimulatorOptions.parse(typed);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException("simulate: " + e.getMessage());
    }
  }
}
