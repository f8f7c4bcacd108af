package io.penstock.app;

import io.penstock.domain.ProviderSecrets;
import io.penstock.pipeline.InvalidInputException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.spark.SparkConf;

/**
 * Refuses keys that stand where Spark's UI, its event log or a list of processes would show them.
 */
final class KeyGuard {
  /** A shorter one is no real key, and stands by chance in many a word. */
  private static final int MIN_LENGTH = 8;

  private KeyGuard() {}

  /**
   * @param secrets of the job's providers
   * @param arguments of the command line
   * @throws InvalidInputException naming the place, not the key
   */
  static void check(Collection<ProviderSecrets> secrets, List<String> arguments) {
    for (String key : guarded(secrets)) {
      if (arguments.stream().anyMatch(argument -> argument.contains(key))) {
        refuse("an argument of the command line");
      }
      System.getProperties().stringPropertyNames().stream()
          .filter(name -> System.getProperty(name).contains(key))
          .findFirst()
          .ifPresent(name -> refuse("the system property " + name));
    }
  }

  /** The same for the settings of a session, which may come from Spark's own files. */
  static void checkSettings(Collection<ProviderSecrets> secrets, SparkConf settings) {
    for (String key : guarded(secrets)) {
      Arrays.stream(settings.getAll())
          .filter(setting -> setting._2().contains(key))
          .findFirst()
          .ifPresent(setting -> refuse("the Spark setting " + setting._1()));
    }
  }

  private static List<String> guarded(Collection<ProviderSecrets> secrets) {
    return secrets.stream()
        .flatMap(ofProvider -> ofProvider.values().stream())
        .filter(key -> key.length() >= MIN_LENGTH)
        .toList();
  }

  private static void refuse(String place) {
    throw new InvalidInputException(
        "A secret's value stands in "
            + place
            + ", where others can read it; use api_key_env, api_key_file or credential_alias");
  }
}
