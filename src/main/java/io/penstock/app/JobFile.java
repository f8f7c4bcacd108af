package io.penstock.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.config.DialectRules;
import io.penstock.config.JobPlace;
import io.penstock.config.JobSpec;
import io.penstock.config.JobSpecReader;
import io.penstock.pipeline.InvalidInputException;
import io.penstock.pipeline.JobSetup.Templates;
import io.penstock.pricing.PriceList;
import io.penstock.pricing.PriceListReader;
import io.penstock.prompt.PromptTemplate;
import io.penstock.provider.ProviderDialect;
import io.penstock.simulator.SimulatorOptions;
import io.penstock.yaml.NearestName;
import io.penstock.yaml.Problems;
import io.penstock.yaml.YamlTree;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A job file that was read and found right.
 *
 * @param prices of {@code conf/prices.yaml} and the job, as they hold today
 * @param simulatorOptions of the embedded simulator
 */
record JobFile(
    JobSpec spec, Templates templates, PriceList prices, SimulatorOptions simulatorOptions) {
  private static final String API_KEY_OPTION = "api-key";

  /** A job that runs on this machine alone. */
  static JobFile read(String file, List<String> sets, Collection<ProviderDialect> dialects) {
    return read(file, false, sets, dialects);
  }

  /**
   * @param file path or URL of any file system that Hadoop knows
   * @param shared whether other machines run the job too
   * @param sets {@code key.path=value}
   * @throws io.penstock.yaml.InvalidConfigurationException with all problems at once
   * @throws InvalidInputException when there is no such file
   */
  static JobFile read(
      String file, Boolean shared, List<String> sets, Collection<ProviderDialect> dialects) {
    Problems problems = new Problems("job file " + file);
    JobSpecReader reader = new JobSpecReader(rules(dialects), knownProviders());
    JobText job = JobText.read(file);
    JobSpec spec = reader.read(job.yaml(), new JobPlace(job.folder(), shared), sets, problems);
    if (spec == null) {
      problems.throwIfAny();
      throw new IllegalStateException("A job file was refused without a reason");
    }
    PriceList listed = standardPrices();
    PriceList prices =
        listed.with(new PriceListReader(problems, today()).readOverrides(spec.prices(), listed));
    Templates templates =
        new Templates(
            template("prompt.system", spec.prompt().system(), problems),
            template("prompt.user", spec.prompt().user(), problems));
    refuseUnusedCuts(spec, templates, problems);
    SimulatorOptions simulatorOptions = simulatorOptions(spec, problems);
    if (shared) {
      refuseSimulator(spec, problems);
    }
    problems.throwIfAny();
    return new JobFile(spec, templates, prices, simulatorOptions);
  }

  static PriceList standardPrices() {
    Problems problems = new Problems("conf/" + Conf.PRICES);
    PriceList prices = new PriceListReader(problems, today()).read(Conf.read(Conf.PRICES));
    problems.throwIfAny();
    return prices;
  }

  private static LocalDate today() {
    return LocalDate.now(ZoneOffset.UTC);
  }

  private static ObjectNode knownProviders() {
    Problems problems = new Problems("conf/" + Conf.PROVIDERS);
    ObjectNode known = YamlTree.parse(Conf.read(Conf.PROVIDERS), problems);
    problems.throwIfAny();
    return known;
  }

  private static Map<String, DialectRules> rules(Collection<ProviderDialect> dialects) {
    return dialects.stream()
        .collect(
            Collectors.toMap(
                ProviderDialect::name,
                dialect ->
                    new DialectRules(
                        dialect.parameters(),
                        dialect.reserved(),
                        dialect.onlyValues(),
                        dialect.needsMaxOutputTokens(),
                        dialect.basePath(),
                        dialect.structuredOutput())));
  }

  private static void refuseSimulator(JobSpec spec, Problems problems) {
    spec.models()
        .forEach(
            (name, model) -> {
              if (model.provider().equals(JobSpecReader.SIMULATOR)) {
                problems.add(
                    "models." + name + ".provider",
                    "is the simulator inside the job, which executors of a cluster cannot reach; start one with the command simulate and give a provider its base_url");
              }
            });
  }

  private static @Nullable PromptTemplate template(
      String key, @Nullable String text, Problems problems) {
    try {
      return text == null ? null : PromptTemplate.parse(text);
    } catch (IllegalArgumentException e) {
      problems.add(key, e.getMessage());
      return null;
    }
  }

  private static void refuseUnusedCuts(JobSpec spec, Templates templates, Problems problems) {
    Set<String> used =
        Stream.of(templates.system(), templates.user())
            .filter(Objects::nonNull)
            .flatMap(template -> template.columns().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    for (String column : spec.prompt().truncate().keySet()) {
      if (templates.user() != null && !used.contains(column)) {
        problems.add(
            "prompt.truncate." + column,
            "no template uses this column; " + NearestName.hint(column, used));
      }
    }
  }

  private static SimulatorOptions simulatorOptions(JobSpec spec, Problems problems) {
    String key = "providers." + JobSpecReader.SIMULATOR + ".options";
    Map<String, String> options = spec.providers().get(JobSpecReader.SIMULATOR).options();
    if (options.keySet().stream().anyMatch(name -> name.replace('_', '-').equals(API_KEY_OPTION))) {
      problems.add(key, "the embedded simulator asks for no key");
      return SimulatorOptions.defaults();
    }
    try {
      return SimulatorOptions.parse(options);
    } catch (IllegalArgumentException e) {
      problems.add(key, e.getMessage());
      return SimulatorOptions.defaults();
    }
  }
}
