package io.penstock.pricing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.yaml.YamlTree;
import java.util.Collection;
import java.util.TreeSet;

/** Writes the prices that a run used, in the form of {@code conf/prices.yaml}. */
public final class PriceListWriter {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private PriceListWriter() {}

  /**
   * The list's version as {@code date}, and these entries with all kinds of price that they have;
   * one without a price for the day is left out.
   *
   * @param names {@code provider/model}
   */
  public static String toYaml(PriceList prices, Collection<String> names) {
    ObjectNode file = JSON.createObjectNode().put("date", prices.version());
    ObjectNode entries = file.putObject("prices");
    for (String name : new TreeSet<>(names)) {
      String json = prices.listed(name).map(ListedPrice::entryJson).orElse("");
      if (!json.isEmpty()) {
        entries.set(name, parse(json));
      }
    }
    return YamlTree.write(file);
  }

  private static ObjectNode parse(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An entry that was read before could not be read", e);
    }
  }
}
