package io.penstock.slow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An HDFS of one datanode, in a JVM of its own. */
final class Hdfs implements AutoCloseable {
  private static final int HEAP_MEGABYTES = 512;
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChildProcess process;
  private final Path details;

  private Hdfs(ChildProcess process, Path details) {
    this.process = process;
    this.details = details;
  }

  /** Starts an empty one and waits until it serves. */
  static Hdfs start(Installation installation, Path folder) throws IOException {
    Path details = folder.resolve("details.json");
    List<String> command =
        installation.java(HEAP_MEGABYTES, Files.createDirectories(folder.resolve("tmp")));
    command.addAll(
        List.of(
            "-Dtest.build.data=" + folder.resolve("data"),
            "-cp",
            installation.sparkClassPath() + ":" + installation.hdfsHome().resolve("jars") + "/*",
            "org.apache.hadoop.test.MiniDFSClusterManager",
            "-format",
            "-datanodes",
            "1",
            "-writeDetails",
            details.toString()));
    ChildProcess process = ChildProcess.start(command, Map.of(), folder.resolve("hdfs.log"));
    Hdfs hdfs = new Hdfs(process, details);
    try {
      Await.until("the name node's port", STARTS_WITHIN, () -> hdfs.port() != 0);
      return hdfs;
    } catch (IOException | RuntimeException e) {
      hdfs.close();
      throw e;
    }
  }

  /** 0 while it is not known. */
  private int port() throws IOException {
    if (!process.isAlive()) {
      throw new IllegalStateException("HDFS ended: " + process.tail());
    }
    try {
      return Files.exists(details)
          ? JSON.readTree(details.toFile()).path("namenode_port").asInt()
          : 0;
    } catch (JsonProcessingException e) {
      // not yet written to its end
      return 0;
    }
  }

  /** {@code hdfs://host:port}, without a path. */
  String uri() throws IOException {
    return "hdfs://127.0.0.1:" + port();
  }

  @Override
  public void close() {
    process.close();
  }
}
