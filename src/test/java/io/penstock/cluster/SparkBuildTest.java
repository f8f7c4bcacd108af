package io.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SparkBuildTest {
  private static final SparkBuild BUILT = new SparkBuild("4.1.3", "2.13");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"4.1.3, 2.13.17", "4.1.0, 2.13.1", "4.1.3-amzn-0, 2.13.16", "4.1.9.dev, 2.13"})
  void anotherPatchOfTheSameSparkIsAsGood(String spark, String scala) {
    assertThat(BUILT.mismatch(new SparkBuild(spark, scala))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4.2.0 | 2.13.18 | Spark 4.2.0 with Scala 2.13 runs it; build it with SPARK_HOME | mvn -P spark-4.2 package",
        "3.5.9 | 2.12.18 | Spark 3.5.9 with Scala 2.12 runs it; build it with SPARK_HOME | mvn -P spark-3.5-scala-2.12 package",
        "3.5.9 | 2.13.8  | Spark 3.5.9 with Scala 2.13 runs it; build it with SPARK_HOME | mvn -P spark-3.5 package",
        "3.4.1 | 2.12.17 | Spark 3.4.1 with Scala 2.12 runs it; Penstock builds for      | 4.2, 4.1, 4.0 and 3.5",
        "4.1.3 | 3.3     | Spark 4.1.3 with Scala 3.3 runs it; Penstock builds for       | 4.2, 4.1, 4.0 and 3.5"
      })
  void anotherSparkOrScalaIsNamedWithWhatToDo(
      String spark, String scala, String what, String remedy) {
    assertThat(BUILT.mismatch(new SparkBuild(spark, scala)))
        .hasValueSatisfying(
            message ->
                assertThat(message)
                    .startsWith("this jar was built for Spark 4.1.3 with Scala 2.13, and " + what)
                    .contains(remedy));
  }

  @Test
  void theDefaultBuildHasNoProfile() {
    assertThat(new SparkBuild("4.0.4", "2.13").mismatch(BUILT))
        .hasValueSatisfying(message -> assertThat(message).contains("mvn package"));
  }

  @Test
  void aJarSaysItInItsManifest() throws IOException {
    assertThat(SparkBuild.of(jar("4.0.4", "2.13"))).contains(new SparkBuild("4.0.4", "2.13"));
    assertThat(SparkBuild.of(jar(null, null))).isEmpty();
    assertThat(SparkBuild.of(folder)).isEmpty();
  }

  @Test
  void classesOfNoSuchJarRunAnywhere() {
    assertThat(SparkBuild.mismatch()).isEmpty();
  }

  private Path jar(String spark, String scala) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (spark != null) {
      manifest.getMainAttributes().putValue("Penstock-Spark-Version", spark);
      manifest.getMainAttributes().putValue("Penstock-Scala-Version", scala);
    }
    Path jar = folder.resolve("penstock-" + spark + ".jar");
    try (OutputStream out = Files.newOutputStream(jar)) {
      new JarOutputStream(out, manifest).close();
    }
    return jar;
  }
}
