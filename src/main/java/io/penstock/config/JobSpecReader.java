package io.penstock.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.domain.Network;
import io.penstock.yaml.Problems;
import io.penstock.yaml.RecordReader;
import io.penstock.yaml.YamlTree;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a job file: YAML, the command line's {@code --set}s, the defaults of {@code
 * conf/providers.yaml}, then the checks that need more than one key. All problems are collected.
 */
public final class JobSpecReader {
  /** The provider that runs inside the job. */
  public static final String SIMULATOR = "simulator";

  private final Map<String, DialectRules> dialects;
  private final ObjectNode knownProviders;

  /**
   * @param dialects by name
   * @param knownProviders content of {@code conf/providers.yaml}
   */
  public JobSpecReader(Map<String, DialectRules> dialects, ObjectNode knownProviders) {
    this.dialects = dialects;
    this.knownProviders = knownProviders;
  }

  /**
   * @param place against which relative paths are resolved
   * @param sets {@code key.path=value}, later ones win
   * @return the job as far as it can be understood, to be used only where no problem was noted;
   *     null where it cannot
   */
  public @Nullable JobSpec read(String yaml, JobPlace place, List<String> sets, Problems problems) {
    ObjectNode job = YamlTree.parse(yaml, problems);
    if (problems.count() > 0) {
      return null; // no key of a text that is no YAML can be judged
    }
    sets.forEach(set -> YamlTree.set(job, set, problems));
    writeOutDelivery(job);
    UnbuiltKeys.refuse(job, problems);
    new ProviderDefaults(knownProviders, problems).mergeInto(job);
    job.path("providers").forEach(this::normaliseBaseUrl);
    job.path("providers")
        .properties()
        .forEach(provider -> writeOut(provider.getKey(), provider.getValue(), problems));
    resolvePaths(job, place, problems);
    JobSpec spec = new RecordReader(problems).read(job, JobSpec.class, "");
    if (spec != null) {
      new JobSpecChecks(spec, dialects, problems).run();
      return spec;
    }
    return readWithoutBadKeys(job, problems);
  }

  /** So that equal addresses are equal; what is none is left to the checks. */
  private void normaliseBaseUrl(JsonNode provider) {
    DialectRules rules = dialects.get(provider.path("dialect").asText());
    if (rules != null
        && provider instanceof ObjectNode object
        && object.path("base_url").isTextual()) {
      try {
        String text = object.get("base_url").asText();
        object.put("base_url", BaseUrl.parse(text, rules.basePath()).toString());
      } catch (IllegalArgumentException e) {
        return;
      }
    }
  }

  /** So that one mistyped or missing key does not hide what is wrong elsewhere. */
  private @Nullable JobSpec readWithoutBadKeys(ObjectNode job, Problems problems) {
    ObjectNode rest = YamlTree.without(job, problems.paths());
    Problems further = problems.anew();
    JobSpec spec = new RecordReader(further).read(rest, JobSpec.class, "");
    if (spec
        == null) { // a required key is not there: any text in its place will do to look further
      ObjectNode filled = YamlTree.withTexts(rest, further.paths());
      spec = new RecordReader(problems.anew()).read(filled, JobSpec.class, "");
    }
    if (spec != null) {
      new JobSpecChecks(spec, dialects, further).run();
    }
    problems.addIndependent(further);
    return spec;
  }

  private static void resolvePaths(ObjectNode job, JobPlace place, Problems problems) {
    for (String section : List.of("input", "store", "output", "runs")) {
      if (job.get(section) instanceof ObjectNode object && object.path("path").isTextual()) {
        String path = object.get("path").asText();
        if (place.shared() && JobPlace.isRelative(path)) {
          problems.add(
              section + ".path",
              "is relative ('"
                  + path
                  + "'), which has a meaning on a local master only; write a path or URL that every machine of the cluster sees");
        }
        object.put("path", place.resolve(path));
      }
    }
    job.path("providers").forEach(provider -> resolveFiles(provider, place));
  }

  private static void resolveFiles(JsonNode provider, JobPlace place) {
    resolve(provider, "api_key_file", place);
    resolve(provider, "ca_file", place);
    resolve(provider.path("proxy").path("password"), "file", place);
    provider.path("headers").forEach(header -> resolve(header, "file", place));
  }

  private static void resolve(JsonNode parent, String key, JobPlace place) {
    if (parent instanceof ObjectNode object && object.path(key).isTextual()) {
      object.put(key, place.resolve(object.get(key).asText()));
    }
  }

  /** A proxy and headers in full, where the job has their short forms. */
  private static void writeOut(String name, JsonNode provider, Problems problems) {
    if (provider instanceof ObjectNode object) {
      writeOut(object, "proxy", "url");
      refusePassword(object.path("proxy"), "providers." + name + ".proxy.password", problems);
      if (object.get("headers") instanceof ObjectNode headers) {
        List.copyOf(headers.properties())
            .forEach(header -> writeOut(headers, header.getKey(), "value"));
      }
    }
  }

  /** Here, since the reader's own message would quote it. */
  private static void refusePassword(JsonNode proxy, String path, Problems problems) {
    JsonNode password = proxy.path("password");
    if (password.isValueNode() && !password.isNull()) {
      problems.add(
          path, "must say where it is: {env: NAME}, {file: PATH} or {credential_alias: NAME}");
      ((ObjectNode) proxy).putObject("password").put("env", "PASSWORD"); // for the checks to go on
    }
  }

  /** One mode for the whole job in full. */
  private static void writeOutDelivery(ObjectNode job) {
    JsonNode mode = job.path("delivery");
    if (mode.isValueNode() && !mode.isNull()) {
      job.putArray("delivery").addObject().put("mode", mode.asText());
    }
  }

  private static void writeOut(ObjectNode parent, String key, String inside) {
    JsonNode value = parent.path(key);
    if (value.isValueNode() && !value.isNull()) {
      parent.putObject(key).put(inside, value.asText());
    }
  }

  /** The provider's normalised base URL. */
  public static String baseUrl(ProviderSpec provider) {
    return BaseUrl.parse(String.valueOf(provider.baseUrl())).toString();
  }

  /** Where the provider's proxy is; null where it has none. */
  public static Network.@Nullable HttpProxy proxy(ProviderSpec provider) {
    JobSpec.ProxySpec proxy = provider.proxy();
    if (proxy.url() == null) {
      return null;
    }
    ProxyUrl url = ProxyUrl.parse(proxy.url());
    return new Network.HttpProxy(url.host(), url.port(), proxy.user());
  }

  /** What the provider's answers belong to. */
  public static String identity(ProviderSpec provider) {
    return provider.identity() == null ? baseUrl(provider) : provider.identity();
  }
}
