package io.penstock.app;

import io.penstock.cluster.PenstockPlugin;
import io.penstock.pipeline.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/** The Spark session of a command. */
final class SparkSessions {
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

  private static final Map<String, String> LOCAL_DEFAULTS =
      Map.of("spark.driver.host", "127.0.0.1", "spark.driver.bindAddress", "127.0.0.1");

  private SparkSessions() {}

  /** The master that spark-submit was given; the default where this was not started by it. */
  static String submittedMaster() {
    return System.getProperty(MASTER, DEFAULT_MASTER);
  }

  /** Whether somebody has started one in this JVM, such as a notebook: it is used, and left. */
  static boolean isThere() {
    Option<SparkSession> theirs = SparkSession.getDefaultSession();
    return theirs.isDefined() && !theirs.get().sparkContext().isStopped();
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
    if (Boolean.parseBoolean(all.get("spark.speculation"))) {
      throw new InvalidInputException(
          "spark.speculation must be off: a copy of a task would pay for the same calls again");
    }
    SparkSession.Builder builder = SparkSession.builder().appName("penstock " + jobName);
    all.forEach(builder::config);
    return builder.getOrCreate();
  }

  /** How Hadoop is set in the session that is there, or would be in the one that will be. */
  static Configuration hadoop(String master, List<String> settings) {
    if (isThere()) {
      return SparkSession.getDefaultSession().get().sparkContext().hadoopConfiguration();
    }
    SparkConf conf = new SparkConf();
    settings(master, settings).forEach(conf::set);
    return SparkHadoopUtil.get().newConfiguration(conf);
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
