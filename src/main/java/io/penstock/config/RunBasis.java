package io.penstock.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.domain.Network;
import io.penstock.yaml.Problems;
import io.penstock.yaml.YamlTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What must be as it was for a run to go on after a crash or a stop: everything that decides its
 * rows, its requests and where its results go.
 */
public final class RunBasis {
  private static final List<String> SECTIONS =
      List.of("input", "prompt", "samples", "deduplicate", "models", "routing", "output");

  /** A provider's address may change, but not whose answers they are. */
  private static final List<String> OF_A_PROVIDER = List.of("dialect", "identity");

  /** Models write the members of an answer in the order of its properties. */
  private static final String ORDERED = "prompt.response_schema";

  /** Decides no answer. */
  private static final String HINT = "cache_prefix";

  private final List<String> differences = new ArrayList<>();

  private RunBasis() {}

  /**
   * Key by key what differs; empty where the run may go on.
   *
   * @param before the run's {@code job.yaml}, as {@link JobSpecWriter} wrote it
   */
  public static List<String> differences(String before, JobSpec now) {
    ObjectNode was = tree(before);
    ObjectNode is = tree(JobSpecWriter.toYaml(now));
    RunBasis basis = new RunBasis();
    Stream.of(was, is)
        .map(tree -> tree.path("prompt"))
        .filter(JsonNode::isObject)
        .forEach(prompt -> ((ObjectNode) prompt).remove(HINT));
    SECTIONS.forEach(section -> basis.compare(section, was.path(section), is.path(section)));
    basis.compareProviders(was.path("providers"), is.path("providers"));
    return basis.differences;
  }

  private static ObjectNode tree(String yaml) {
    Problems problems = new Problems("the run's job.yaml");
    ObjectNode tree = YamlTree.parse(yaml, problems);
    problems.throwIfAny();
    return tree;
  }

  private void compare(String path, JsonNode was, JsonNode is) {
    if (path.equals(ORDERED) && was.equals(is) && !was.toString().equals(is.toString())) {
      differences.add(path + " has its keys in another order");
    } else if (was.isObject() && is.isObject()) {
      Set<String> names = new TreeSet<>();
      was.fieldNames().forEachRemaining(names::add);
      is.fieldNames().forEachRemaining(names::add);
      names.forEach(name -> compare(path + "." + name, was.path(name), is.path(name)));
    } else if (!was.equals(is)) {
      differences.add(path + " was " + shown(was) + ", is " + shown(is));
    }
  }

  private void compareProviders(JsonNode was, JsonNode is) {
    is.fieldNames()
        .forEachRemaining(
            name -> {
              for (String key : OF_A_PROVIDER) {
                String path = "providers." + name + "." + key;
                compare(path, ofProvider(was.path(name), key), ofProvider(is.path(name), key));
              }
              compare(
                  "providers." + name + ".headers",
                  decidingHeaders(was.path(name)),
                  decidingHeaders(is.path(name)));
            });
  }

  /** Of a provider without an identity of its own that is the base URL. */
  private static JsonNode ofProvider(JsonNode provider, String key) {
    boolean ownIdentity = !key.equals("identity") || provider.path(key).isTextual();
    return provider.path(ownIdentity ? key : "base_url");
  }

  /** In lower case; any other header may change. */
  private static ObjectNode decidingHeaders(JsonNode provider) {
    ObjectNode deciding = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> header : provider.path("headers").properties()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (Network.DECIDING_HEADERS.contains(name)) {
        deciding.set(name, header.getValue().path("value"));
      }
    }
    return deciding;
  }

  private static String shown(JsonNode value) {
    return value instanceof MissingNode ? "not there" : value.toString();
  }
}
