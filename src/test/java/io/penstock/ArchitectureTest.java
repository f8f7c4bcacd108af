package io.penstock;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.penstock.batch.BatchLedger;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which package may use which. A new edge is a new entry here, with its reason in the commit's
 * message.
 */
class ArchitectureTest {
  private static final String ROOT = "io.penstock.";

  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("domain", Set.of()),
          Map.entry("limit", Set.of()),
          Map.entry("yaml", Set.of()),
          Map.entry("tokens", Set.of()),
          Map.entry("schema", Set.of()),
          Map.entry("config", Set.of("domain", "yaml", "schema")),
          Map.entry("pricing", Set.of("domain", "yaml")),
          Map.entry("lake", Set.of("domain")),
          Map.entry("provider", Set.of("domain")),
          Map.entry("prompt", Set.of("domain", "tokens")),
          Map.entry("report", Set.of("domain", "pricing")),
          Map.entry("provider.http", Set.of("domain", "provider")),
          Map.entry("provider.openai", Set.of("domain", "provider", "provider.http", "tokens")),
          Map.entry("provider.anthropic", Set.of("domain", "provider", "provider.http", "tokens")),
          Map.entry("provider.gemini", Set.of("domain", "provider", "provider.http", "tokens")),
          Map.entry("inference", Set.of("domain", "limit", "provider")),
          Map.entry("store", Set.of("domain", "lake")),
          Map.entry("cluster", Set.of("domain", "limit", "config")),
          Map.entry("batch", Set.of("domain", "provider", "store")),
          Map.entry("progress", Set.of("limit", "cluster")),
          Map.entry("simulator.batch", Set.of("domain")),
          Map.entry("simulator", Set.of("domain", "pricing", "tokens", "simulator.batch")),
          Map.entry(
              "pipeline",
              Set.of(
                  "domain",
                  "limit",
                  "yaml",
                  "schema",
                  "tokens",
                  "config",
                  "pricing",
                  "lake",
                  "provider",
                  "prompt",
                  "report",
                  "inference",
                  "store",
                  "batch",
                  "progress",
                  "cluster")),
          Map.entry(
              "app",
              Set.of(
                  "domain",
                  "limit",
                  "yaml",
                  "schema",
                  "tokens",
                  "config",
                  "pricing",
                  "lake",
                  "provider",
                  "prompt",
                  "report",
                  "inference",
                  "store",
                  "batch",
                  "progress",
                  "cluster",
                  "simulator",
                  "pipeline",
                  "provider.http",
                  "provider.openai",
                  "provider.anthropic",
                  "provider.gemini")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.penstock");

  static Set<String> packages() {
    return ALLOWED.keySet();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void usesOnlyItsEntry(String name) {
    Set<String> own = new TreeSet<>(ALLOWED.get(name));
    own.add(name);
    String[] allowed = own.stream().map(ROOT::concat).toArray(String[]::new);
    DescribedPredicate<JavaClass> foreign =
        resideInAPackage("io.penstock..").and(DescribedPredicate.not(resideInAnyPackage(allowed)));

    noClasses()
        .that()
        .resideInAPackage(ROOT + name)
        .should()
        .dependOnClassesThat(foreign)
        .check(CLASSES);
  }

  @Test
  void everyPackageIsInTheTable() {
    Set<String> found = new TreeSet<>();
    CLASSES.forEach(type -> found.add(type.getPackageName().substring(ROOT.length())));

    assertThat(found).isEqualTo(new TreeSet<>(ALLOWED.keySet()));
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.penstock.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void sparkStaysInTheShell() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.penstock.pipeline",
            "io.penstock.lake",
            "io.penstock.store",
            "io.penstock.cluster",
            "io.penstock.app")
        .and()
        .doNotHaveFullyQualifiedName(BatchLedger.class.getName()) // files like those of the store
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
        .check(CLASSES);
  }

  @Test
  void onlyTheTransportKnowsOkHttp() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.penstock.provider.http")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("okhttp3..", "okio..")
        .check(CLASSES);
  }

  @Test
  void onlyTheSimulatorKnowsItsServer() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.penstock.simulator")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.undertow..", "org.xnio..")
        .check(CLASSES);
  }

  @Test
  void valuesKnowTheJdkOnly() {
    classes()
        .that()
        .resideInAnyPackage("io.penstock.domain", "io.penstock.limit")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "io.penstock.domain", "io.penstock.limit", "org.jspecify..")
        .check(CLASSES);
  }
}
