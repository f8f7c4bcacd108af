package io.penstock.app;

import io.penstock.pipeline.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;

/** The Spark session of a command. */
final class SparkSessions {
  /** Eight tasks suffice on any machine: calls need hardly any CPU. */
  static final String DEFAULT_MASTER = "local[8]";

  /**
   * Over Spark's own defaults, under the user's. UTC and no ANSI errors: a prompt must not depend
   * on the machine's time zone, and one value that does not fit a type must not fail a run.
   */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "spark.sql.session.timeZone", "UTC",
          "spark.sql.ansi.enabled", "false",
          "spark.sql.shuffle.partitions", "32",
          "spark.ui.showConsoleProgress", "false",
          "spark.driver.host", "127.0.0.1",
          "spark.driver.bindAddress", "127.0.0.1");

  private SparkSessions() {}

  /**
   * @param settings {@code key=value}, over the defaults
   * @throws InvalidInputException for a master or setting that cannot be used
   */
  static SparkSession start(String jobName, String master, List<String> settings) {
    if (!master.equals("local") && !master.matches("local\\[.*]")) {
      throw new InvalidInputException(
          "--master "
              + master
              + " is not built yet; only local[...] is, such as "
              + DEFAULT_MASTER);
    }
    Map<String, String> all = new TreeMap<>(DEFAULTS);
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("spark."))
        .forEach(name -> all.put(name, System.getProperty(name)));
    settings.forEach(setting -> put(all, setting));
    if (Boolean.parseBoolean(all.get("spark.speculation"))) {
      throw new InvalidInputException(
          "spark.speculation must be off: a copy of a task would pay for the same calls again");
    }
    SparkSession.Builder builder =
        SparkSession.builder().appName("penstock " + jobName).master(master);
    all.forEach(builder::config);
    return builder.getOrCreate();
  }

  private static void put(Map<String, String> all, String setting) {
    int equals = setting.indexOf('=');
    if (equals < 1) {
      throw new InvalidInputException("--conf must have the form key=value");
    }
    all.put(setting.substring(0, equals).strip(), setting.substring(equals + 1).strip());
  }
}
