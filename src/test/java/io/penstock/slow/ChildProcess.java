package io.penstock.slow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that was started here, and ends with this JVM at the latest, together with those that
 * it started. What it says goes to a file.
 */
final class ChildProcess implements AutoCloseable {
  private static final int TAIL_LINES = 30;
  private static final Set<ChildProcess> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> RUNNING.forEach(ChildProcess::destroy), "child-process-stop"));
  }

  private final Process process;
  private final Path output;

  private ChildProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * @param environment over this JVM's own
   * @param output file for standard output and error
   */
  static ChildProcess start(List<String> command, Map<String, String> environment, Path output)
      throws IOException {
    Files.createDirectories(output.toAbsolutePath().getParent());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    ChildProcess child = new ChildProcess(builder.start(), output);
    RUNNING.add(child);
    return child;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Returns the exit code; 128 and the signal's number of a process that was ended by one.
   *
   * @throws IllegalStateException when it runs longer
   */
  int awaitExit(Duration limit) throws IOException {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("Still running after " + limit.toSeconds() + " s: " + this);
      }
      RUNNING.remove(this);
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + this, e);
    }
  }

  Path outputFile() {
    return output;
  }

  /** What it has said so far. */
  String output() throws IOException {
    return Files.readString(output);
  }

  /** The last lines of its output. */
  String tail() throws IOException {
    List<String> lines = Files.readAllLines(output);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  /** Processes that it started, and theirs, whose command line has all of these words. */
  List<ProcessHandle> descendants(String... words) {
    return process
        .descendants()
        .filter(handle -> Stream.of(words).allMatch(commandLine(handle)::contains))
        .toList();
  }

  /**
   * Empty of a process that has ended. {@link ProcessHandle.Info} drops the arguments of command
   * lines longer than a page.
   */
  private static String commandLine(ProcessHandle handle) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(handle.pid()), "cmdline"))
          .replace('\0', ' ');
    } catch (IOException e) {
      return handle.info().commandLine().orElse("");
    }
  }

  /** Ends it, and what it started, at once. */
  @Override
  public void close() {
    destroy();
    process.onExit().join();
    RUNNING.remove(this);
  }

  private void destroy() {
    // asked for first: once it has ended they are no longer its own
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public String toString() {
    return "process " + process.pid() + " with output " + output;
  }
}
