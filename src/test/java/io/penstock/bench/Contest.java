package io.penstock.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileUtil;

/**
 * Lets both clients do the same in turn, after a small round of each to warm up.
 *
 * @param folder where each round gets a folder of its own, which is deleted after it
 * @param inFlight calls at once
 * @param rounds of each client
 */
record Contest(Path folder, int inFlight, int rounds) {
  /** What both clients did in a scene. */
  record Result(Scene scene, List<Round> bareLoop, List<Round> penstock) {}

  Result run(Scene scene) throws IOException, InterruptedException {
    Client bareLoop = new BareLoop();
    Client penstock = new PenstockJob();
    List<Round> bareRounds = new ArrayList<>();
    List<Round> penstockRounds = new ArrayList<>();
    try (SimulatorProcess simulator = SimulatorProcess.start("--latency", scene.latency())) {
      round(bareLoop, scene.warmUp(), simulator);
      round(penstock, scene.warmUp(), simulator);
      for (int i = 0; i < rounds; i++) {
        bareRounds.add(round(bareLoop, scene, simulator));
        penstockRounds.add(round(penstock, scene, simulator));
      }
    }
    return new Result(scene, bareRounds, penstockRounds);
  }

  private Round round(Client client, Scene scene, SimulatorProcess simulator)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(folder, "round-").toAbsolutePath();
    try {
      // what others left behind is not this client's to clear away
      System.gc();
      simulator.reset();
      Prompts prompts = new Prompts(scene.requests(), inFlight);
      Client.CpuTime cpu = client.call(prompts, simulator.origin(), work);
      double seconds = simulator.secondsOf(scene.requests(), inFlight);
      double ideal = scene.idealSeconds(simulator.stats(), inFlight);
      Round round = Round.of(scene, ideal, seconds, cpu);
      System.out.printf("%s, %s: %s%n", scene.name(), client.getClass().getSimpleName(), round);
      return round;
    } finally {
      FileUtil.fullyDelete(work.toFile());
    }
  }
}
