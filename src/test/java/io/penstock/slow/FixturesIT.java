package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.slow.StandaloneCluster.Application;
import io.penstock.slow.TestJob.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The other slow tests' tools do what those tests believe. */
@Tag("slow")
@ExtendWith(LabExtension.class)
class FixturesIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Lab lab;

  FixturesIT(Lab lab) {
    this.lab = lab;
  }

  @Test
  void aKilledExecutorOfAnApplicationIsFoundAndReplaced() throws IOException {
    Path go = lab.folder().resolve("probe-client-go");

    try (Submission probe = submit(DeployMode.CLIENT, go);
        Submission other = submit(DeployMode.CLIENT, go)) {
      Await.until("two executors", LIMIT, () -> probe.executors().size() == 2);
      Await.until("two other executors", LIMIT, () -> other.executors().size() == 2);
      ProcessHandle victim = probe.executors().get(0);
      Signal.KILL.send(victim);
      Await.until("another executor", LIMIT, () -> !probe.executors().contains(victim));
      Await.until("two executors again", LIMIT, () -> probe.executors().size() == 2);
      Files.createFile(go);

      assertThat(probe.awaitExit()).as(probe.tail()).isZero();
      assertThat(other.awaitExit()).as(other.tail()).isZero();
    }
  }

  @Test
  void aSuspendedDriverInClusterModeIsFoundAndGoesOn() throws IOException {
    Path go = lab.folder().resolve("probe-cluster-go");

    try (Submission probe = submit(DeployMode.CLUSTER, go)) {
      ProcessHandle driver = probe.driver();
      Signal.STOP.send(driver);
      Path state = Path.of("/proc", Long.toString(driver.pid()), "stat");
      Await.until("its suspension", LIMIT, () -> Files.readString(state).contains(") T "));
      Signal.CONT.send(driver);
      Files.createFile(go);

      assertThat(probe.awaitDriverState()).isEqualTo("FINISHED");
    }
  }

  @Test
  void hdfsKeepsFiles() throws IOException {
    TestJob job = lab.hdfsJob("fixture", new Shape(10, 1, 1));

    assertThat(job.root()).startsWith("hdfs://");
    assertThat(job.list("prompts")).containsExactly("prompts.jsonl");
  }

  private Submission submit(DeployMode mode, Path go) throws IOException {
    Application probe = new Application(jar(), ProbeApplication.class.getName());
    return lab.cluster().submit(probe, mode, Map.of(), go.toString());
  }

  private Path jar() throws IOException {
    Path jar = lab.folder().resolve("probe.jar");
    if (!Files.exists(jar)) {
      try (OutputStream out = Files.newOutputStream(jar);
          JarOutputStream entries = new JarOutputStream(out)) {
        String name = ProbeApplication.class.getName().replace('.', '/') + ".class";
        entries.putNextEntry(new JarEntry(name));
        try (InputStream in = ProbeApplication.class.getClassLoader().getResourceAsStream(name)) {
          entries.write(in.readAllBytes());
        }
      }
    }
    return jar;
  }
}
