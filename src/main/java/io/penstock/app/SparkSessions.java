package io.penstock.app;

import io.penstock.cluster.PenstockPlugin;
import io.penstock.pipeline.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/** The Spark session of a command. */
final class SparkSessions {
  private static final Logger LOG = LoggerFactory.getLogger(SparkSessions.class);

  /** Eight tasks suffice on any machine: calls need hardly any CPU. */
  static final String DEFAULT_MASTER = "local[8]";

  private static final String MASTER = "spark.master";
  private static final String PLUGINS = "spark.plugins";

  /**
   * Shuffled partitions up to this size are joined by hash, without sorting answers and rows; a
   * task has room for several times as much, whatever the others need.
   */
  private static final String HASH_JOIN_BYTES = "32MB";

  /**
   * Over Spark's own defaults, under the user's. UTC and no ANSI errors: a prompt must not depend
   * on the machine's time zone, and one value that does not fit a type must not fail a run.
   */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "spark.sql.session.timeZone", "UTC",
          "spark.sql.ansi.enabled", "false",
          "spark.sql.shuffle.partitions", "32",
          "spark.sql.adaptive.advisoryPartitionSizeInBytes", HASH_JOIN_BYTES,
          "spark.sql.adaptive.maxShuffledHashJoinLocalMapThreshold", HASH_JOIN_BYTES,
          "spark.ui.showConsoleProgress", "false");

  /** Those that decide what a prompt says, whatever the session was set to. */
  private static final Set<String> MEANING =
      Set.of("spark.sql.session.timeZone", "spark.sql.ansi.enabled");

  private static final Map<String, String> LOCAL_DEFAULTS =
      Map.of("spark.driver.host", "127.0.0.1", "spark.driver.bindAddress", "127.0.0.1");

  private SparkSessions() {}

  /** The master that spark-submit was given; the default where this was not started by it. */
  static String submittedMaster() {
    return System.getProperty(MASTER, DEFAULT_MASTER);
  }

  /** What somebody has started in this JVM, such as a notebook: this thread's, or the default. */
  static Optional<SparkSession> find() {
    return Stream.of(SparkSession.getActiveSession(), SparkSession.getDefaultSession())
        .filter(Option::isDefined)
        .map(Option::get)
        .filter(session -> !session.sparkContext().isStopped())
        .findFirst();
  }

  /**
   * A session beside theirs, on the same executors: with its temporary views, functions, catalogs
   * and settings, and then with ours, which theirs does not notice.
   *
   * @param settings {@code key=value}, over all others
   * @throws InvalidInputException for a setting that only a session of its own can have
   */
  static SparkSession copy(SparkSession theirs, List<String> settings) {
    SparkSession copy = copy(theirs);
    DEFAULTS.forEach(
        (key, value) -> {
          if (MEANING.contains(key) || !copy.conf().getAll().contains(key)) {
            set(copy, key, value);
          }
        });
    Map<String, String> typed = new TreeMap<>();
    settings.forEach(setting -> put(typed, setting));
    refuseCopiesOfTasks(typed);
    SparkConf given = theirs.sparkContext().conf();
    typed.forEach(
        (key, value) -> {
          if (!set(copy, key, value) && !value.equals(given.get(key, null))) {
            throw new InvalidInputException(
                "--conf " + key + " cannot be set in a Spark session that is there already");
          }
        });
    return copy;
  }

  /** Spark's own copy is not part of its public interface; a new session sees no temporary view. */
  private static SparkSession copy(SparkSession theirs) {
    try {
      return (SparkSession) theirs.getClass().getMethod("cloneSession").invoke(theirs);
    } catch (ReflectiveOperationException e) {
      LOG.warn("This Spark has no copies of sessions: temporary views are not seen", e);
      return theirs.newSession();
    }
  }

  private static boolean set(SparkSession session, String key, String value) {
    boolean modifiable = session.conf().isModifiable(key);
    if (modifiable) {
      session.conf().set(key, value);
    }
    return modifiable;
  }

  /** Whether other machines run the session's tasks. */
  static boolean isShared(String master) {
    return !master.equals("local") && !master.matches("local\\[.*]");
  }

  /**
   * @param settings {@code key=value}, over the defaults
   * @throws InvalidInputException for a setting that cannot be used
   */
  static SparkSession start(String jobName, String master, List<String> settings) {
    Map<String, String> all = settings(master, settings);
    refuseCopiesOfTasks(all);
    SparkSession.Builder builder = SparkSession.builder().appName("penstock " + jobName);
    all.forEach(builder::config);
    return builder.getOrCreate();
  }

  /** How Hadoop is set in the session that is there, or would be in the one that will be. */
  static Configuration hadoop(String master, List<String> settings) {
    return find()
        .map(session -> session.sparkContext().hadoopConfiguration())
        .orElseGet(
            () -> {
              SparkConf conf = new SparkConf();
              settings(master, settings).forEach(conf::set);
              return SparkHadoopUtil.get().newConfiguration(conf);
            });
  }

  private static void refuseCopiesOfTasks(Map<String, String> settings) {
    if (Boolean.parseBoolean(settings.get("spark.speculation"))) {
      throw new InvalidInputException(
          "spark.speculation must be off: a copy of a task would pay for the same calls again");
    }
  }

  static Map<String, String> settings(String master, List<String> settings) {
    Map<String, String> all = new TreeMap<>(DEFAULTS);
    if (!isShared(master)) {
      all.putAll(LOCAL_DEFAULTS);
    }
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("spark."))
        .forEach(name -> all.put(name, System.getProperty(name)));
    settings.forEach(setting -> put(all, setting));
    all.put(MASTER, master);
    String plugin = PenstockPlugin.class.getName();
    all.merge(
        PLUGINS, plugin, (theirs, ours) -> theirs.contains(ours) ? theirs : theirs + "," + ours);
    return all;
  }

  private static void put(Map<String, String> all, String setting) {
    int equals = setting.indexOf('=');
    if (equals < 1) {
      throw new InvalidInputException("--conf must have the form key=value");
    }
    all.put(setting.substring(0, equals).strip(), setting.substring(equals + 1).strip());
  }
}
