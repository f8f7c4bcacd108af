package io.penstock.pricing;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.yaml.Key;
import io.penstock.yaml.NearestName;
import io.penstock.yaml.Problems;
import io.penstock.yaml.RecordReader;
import io.penstock.yaml.YamlTree;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code conf/prices.yaml} and the {@code prices} of a job, as they hold on one day. An entry
 * is a mapping, or a list of mappings of which the day's is taken.
 */
public final class PriceListReader {
  private static final String PATH = "prices";

  private final Problems problems;
  private final PriceEntryReader entries;

  /**
   * @param day on which the prices are to hold, in UTC
   */
  public PriceListReader(Problems problems, LocalDate day) {
    this.problems = problems;
    this.entries = new PriceEntryReader(problems, day);
  }

  /**
   * @param date when the prices were compiled, {@code YYYY-MM-DD}
   * @param prices by {@code provider/model}
   */
  record PriceFile(@Key(required = true) String date, Map<String, JsonNode> prices) {}

  /** An empty list, with the problems noted, when the text cannot be used. */
  public PriceList read(String yaml) {
    PriceFile file =
        new RecordReader(problems).read(YamlTree.parse(yaml, problems), PriceFile.class, "");
    LinkedHashMap<String, ListedPrice> listed = new LinkedHashMap<>();
    if (file != null) {
      file.prices().forEach((name, entry) -> addEntry(name, entry, listed));
    }
    return new PriceList(file == null ? "" : file.date(), listed);
  }

  /**
   * @param prices the job's, by {@code provider/model}; a text names the entry of the list that has
   *     the prices, as of a deployment's model
   */
  public Map<String, ListedPrice> readOverrides(JsonNode prices, PriceList listed) {
    if (!prices.isObject()) {
      problems.add(PATH, "must be a mapping of provider/model to prices");
      return Map.of();
    }
    Map<String, ListedPrice> named = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> price : prices.properties()) {
      if (price.getValue().isTextual()) {
        checkName(price.getKey());
        find(price.getValue().asText(), PATH + "." + price.getKey(), listed)
            .ifPresent(found -> named.put(price.getKey(), found));
      } else {
        addEntry(price.getKey(), price.getValue(), named);
      }
    }
    return named;
  }

  private void addEntry(String name, JsonNode entry, Map<String, ListedPrice> to) {
    ListedPrice read = entries.read(entry, PATH + "." + name);
    if (read != null) {
      checkName(name);
      to.put(name, read);
    }
  }

  private Optional<ListedPrice> find(String name, String path, PriceList listed) {
    Optional<ListedPrice> found = listed.listed(name);
    if (found.isEmpty()) {
      String hint = NearestName.hint(name, listed.names());
      problems.add(path, "is '" + name + "', which the list does not have; " + hint);
    }
    return found;
  }

  private void checkName(String name) {
    if (name.indexOf('/') < 1) {
      problems.add(PATH + "." + name, "must be named provider/model");
    }
  }
}
