package io.penstock.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.yaml.YamlTree;
import java.util.Map;

/**
 * Writes a job as it was understood, with all defaults: the record of a run. Job files hold no
 * secrets, nor does this.
 */
public final class JobSpecWriter {
  private static final ObjectMapper TREE =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

  /** A null takes away what a known provider has. */
  private static final ObjectMapper TREE_WITH_NULLS =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  private JobSpecWriter() {}

  /** A job file that reads as the same job; of the known providers it has those that are used. */
  public static String toYaml(JobSpec spec) {
    ObjectNode tree = TREE.valueToTree(spec);
    spec.models()
        .forEach((name, model) -> writeModel((ObjectNode) tree.get("models").get(name), model));
    ObjectNode providers = tree.putObject("providers");
    spec.models().values().stream()
        .map(JobSpec.ModelSpec::provider)
        .distinct()
        .forEach(name -> providers.set(name, provider(spec.providers().get(name))));
    return YamlTree.write(tree);
  }

  /** With nulls only where they take something away: at the provider's own keys. */
  private static ObjectNode provider(JobSpec.ProviderSpec spec) {
    ObjectNode provider = TREE_WITH_NULLS.valueToTree(spec);
    provider.set("headers", TREE.valueToTree(spec.headers()));
    provider.set("proxy", spec.proxy().url() == null ? null : TREE.valueToTree(spec.proxy()));
    return provider;
  }

  /** Parameters stand beside the model, not below a key of their own. */
  private static void writeModel(ObjectNode tree, JobSpec.ModelSpec model) {
    tree.remove("parameters");
    Map.copyOf(model.parameters()).forEach(tree::set);
  }
}
