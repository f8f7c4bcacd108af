package io.penstock.slow;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Spark standalone cluster on this machine: a Master and two Workers, which have addresses of
 * their own as two hosts would. Two applications can run at once with an executor on each Worker,
 * and a driver besides. Logs lie in its folder.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final String FIRST_HOST = "127.0.0.1";
  private static final List<String> HOSTS = List.of(FIRST_HOST, "127.0.0.2");
  private static final int DAEMON_HEAP_MEGABYTES = 384;
  private static final int DRIVER_HEAP_MEGABYTES = 768;
  private static final int CORES_PER_WORKER = 20;

  /** In JVMs that soon end it costs more than it saves. */
  private static final Map<String, String> WITHOUT_CODE_GENERATION =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN");

  private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);

  private final Installation installation;
  private final Path folder;
  private final Path temporary;
  private final int port;
  private final String origin;
  private final List<ChildProcess> daemons = new ArrayList<>();
  private final List<ChildProcess> workers = new ArrayList<>();
  private final AtomicInteger submissions = new AtomicInteger();

  private StandaloneCluster(Installation installation, Path folder) throws IOException {
    this.installation = installation;
    this.folder = folder;
    temporary = Files.createDirectories(folder.resolve("tmp"));
    port = freePort();
    origin = "http://" + FIRST_HOST + ":" + freePort();
  }

  /** What is submitted. */
  record Application(Path jar, String mainClass) {}

  /** Starts it and waits until both Workers are there. */
  static StandaloneCluster start(Installation installation, Path folder) throws IOException {
    StandaloneCluster cluster = new StandaloneCluster(installation, folder);
    try {
      cluster.startDaemons();
      Await.until(
          "two workers",
          STARTS_WITHIN,
          () -> cluster.isUp() && cluster.state().aliveWorkers() == 2);
      return cluster;
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void startDaemons() throws IOException {
    daemon(
        "master",
        FIRST_HOST,
        "org.apache.spark.deploy.master.Master",
        List.of("--port", Integer.toString(port), "--webui-port", origin.split(":")[2]));
    for (String host : HOSTS) {
      List<String> arguments =
          List.of(
              "--cores",
              Integer.toString(CORES_PER_WORKER),
              "--memory",
              "6g",
              "--work-dir",
              work(host).toString(),
              "--webui-port",
              Integer.toString(freePort()),
              masterUrl());
      workers.add(
          daemon("worker-" + host, host, "org.apache.spark.deploy.worker.Worker", arguments));
    }
  }

  private ChildProcess daemon(String name, String host, String mainClass, List<String> arguments)
      throws IOException {
    List<String> command = installation.java(DAEMON_HEAP_MEGABYTES, temporary);
    command.addAll(List.of("-cp", installation.sparkClassPath(), mainClass, "--host", host));
    command.addAll(arguments);
    ChildProcess daemon =
        ChildProcess.start(command, environment(host), folder.resolve(name + ".log"));
    daemons.add(daemon);
    return daemon;
  }

  private Map<String, String> environment(String host) {
    Map<String, String> environment = new TreeMap<>(installation.environment(host));
    environment.put("SPARK_LOCAL_DIRS", temporary.toString());
    return environment;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(FIRST_HOST))) {
      return socket.getLocalPort();
    }
  }

  private boolean isUp() throws IOException {
    for (ChildProcess daemon : daemons) {
      if (!daemon.isAlive()) {
        throw new IllegalStateException("A daemon ended: " + daemon.tail());
      }
    }
    try {
      state();
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  String masterUrl() {
    return "spark://" + FIRST_HOST + ":" + port;
  }

  MasterState state() throws IOException {
    return MasterState.read(origin);
  }

  /** Submits Penstock. */
  Submission submit(DeployMode mode, Map<String, String> settings, String... arguments)
      throws IOException {
    Application penstock = new Application(installation.jar(), "io.penstock.app.Main");
    return submit(penstock, mode, settings, arguments);
  }

  /**
   * Starts {@code SparkSubmit}.
   *
   * @param settings of Spark, over those of this cluster
   */
  Submission submit(
      Application application, DeployMode mode, Map<String, String> settings, String... arguments)
      throws IOException {
    String mark = nextMark();
    List<String> command = submitter();
    command.addAll(List.of("--class", application.mainClass()));
    command.addAll(List.of("--deploy-mode", mode.name().toLowerCase(Locale.ROOT)));
    Map<String, String> all = defaults(mark);
    all.putAll(settings);
    all.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
    command.add(application.jar().toString());
    command.addAll(List.of(arguments));
    return new Submission(this, startSubmitter(command, Map.of()), mode, mark);
  }

  /**
   * Runs a script of {@code jobs/schedule} in client mode, with a {@code spark-submit} that this
   * installation lacks.
   */
  Submission submit(Path script, String... arguments) throws IOException {
    String mark = nextMark();
    List<String> command = submitter();
    defaults(mark).forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
    String quoted = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    Path submit = folder.resolve("spark-submit-" + submissions.get());
    Files.writeString(submit, "#!/bin/sh\nexec " + quoted + " \"$@\"\n");
    Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> words = new ArrayList<>(List.of("bash", script.toString()));
    words.addAll(List.of(arguments));
    Map<String, String> variables =
        Map.of(
            "MASTER", masterUrl(),
            "SPARK_SUBMIT", submit.toString(),
            "PENSTOCK_JAR", installation.jar().toString());
    return new Submission(this, startSubmitter(words, variables), DeployMode.CLIENT, mark);
  }

  private String nextMark() {
    return "slow.submission=" + submissions.incrementAndGet() + ".";
  }

  private List<String> submitter() throws IOException {
    List<String> command = installation.java(DRIVER_HEAP_MEGABYTES, temporary);
    command.addAll(installation.moduleOptions());
    command.addAll(
        List.of("-cp", installation.sparkClassPath(), "org.apache.spark.deploy.SparkSubmit"));
    return command;
  }

  private ChildProcess startSubmitter(List<String> command, Map<String, String> variables)
      throws IOException {
    Map<String, String> environment = environment(FIRST_HOST);
    environment.put(Lab.KEY_VARIABLE, Lab.KEY);
    environment.putAll(variables);
    Path output = folder.resolve("submission-" + submissions.get() + ".log");
    return ChildProcess.start(command, environment, output);
  }

  private Map<String, String> defaults(String mark) {
    String jvm = String.join(" ", installation.quickOptions(temporary)) + " -D" + mark;
    // Spark 3.5 gives its executors the module options, and not its drivers in cluster mode
    String driverJvm = jvm + " " + String.join(" ", installation.moduleOptions());
    Map<String, String> defaults = new TreeMap<>(WITHOUT_CODE_GENERATION);
    defaults.putAll(
        Map.of(
            "spark.master", masterUrl(),
            "spark.cores.max", "16",
            "spark.executor.cores", "8",
            "spark.executor.memory", "640m",
            "spark.driver.memory", DRIVER_HEAP_MEGABYTES + "m",
            "spark.executor.extraJavaOptions", jvm,
            "spark.driver.extraJavaOptions", driverJvm,
            "spark.sql.shuffle.partitions", "4",
            "spark.ui.enabled", "false",
            "spark.hadoop.dfs.replication", "1"));
    return defaults;
  }

  /** Processes that the Workers started and whose command line has all of these words. */
  List<ProcessHandle> processes(String... words) {
    return workers.stream().flatMap(worker -> worker.descendants(words).stream()).toList();
  }

  /**
   * Keeps what executors said, and deletes their copies of the application. Only while no
   * application runs.
   *
   * @param into is made where it is missing
   */
  void moveExecutorLogs(Path into) throws IOException {
    Files.createDirectories(into);
    for (Path file : executorFiles()) {
      if (file.endsWith("stderr") || file.endsWith("stdout")) {
        Path name = folder.relativize(file);
        Files.move(file, into.resolve(name.toString().replace('/', '-')));
      } else {
        Files.delete(file);
      }
    }
  }

  private List<Path> executorFiles() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String host : HOSTS) {
      try (Stream<Path> all = Files.walk(work(host))) {
        files.addAll(all.filter(Files::isRegularFile).toList());
      }
    }
    return files;
  }

  private Path work(String host) {
    return folder.resolve("work-" + host);
  }

  @Override
  public void close() {
    daemons.forEach(ChildProcess::close);
  }
}
