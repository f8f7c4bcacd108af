package io.penstock.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.provider.ProviderDialect;
import io.penstock.yaml.Problems;
import io.penstock.yaml.YamlTree;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What no record of the job file says: short forms, prices, parameters of the dialects, names. */
final class JobSchemaForms {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final ObjectNode schema;
  private final ObjectNode priceEntry;

  /**
   * @param schema is completed
   * @param priceEntry the schema of one price
   */
  JobSchemaForms(ObjectNode schema, ObjectNode priceEntry) {
    this.schema = schema;
    this.priceEntry = priceEntry;
    priceEntry.remove("$schema");
  }

  void complete() {
    schema.put("title", "Penstock job");
    oneOf(property("input"), "path", "table");
    oneOf(property("prompt"), "user", "messages");
    free(property("prompt", "response_schema"));
    completeProviders();
    completeModels();
    words(
        property("cascade", "unless").withObject("/items"),
        "finish_reason",
        Arrays.stream(FinishReason.values()).map(FinishReason::name));
    orText(
        property("delivery"),
        property("delivery").withObject("/items").at("/properties/mode/enum"));
    completePrices();
  }

  private ObjectNode property(String... path) {
    return property(schema, path);
  }

  /** The schema of a key, through maps and lists where {@code *} stands. */
  private static ObjectNode property(ObjectNode from, String... path) {
    ObjectNode at = from;
    for (String key : path) {
      JsonNode next =
          key.equals("*") ? at.path("additionalProperties") : at.path("properties").path(key);
      if (!(next instanceof ObjectNode found)) {
        throw new IllegalStateException("The schema has no " + String.join(".", path));
      }
      at = found;
    }
    return at;
  }

  private static void oneOf(ObjectNode object, String... keys) {
    ArrayNode branches = object.putArray("oneOf");
    for (String key : keys) {
      ObjectNode branch = branches.addObject();
      branch.putArray("required").add(key);
      branch.putObject("properties").putObject(key).putObject("not").put("type", "null");
    }
  }

  private static void words(ObjectNode object, String key, Stream<String> words) {
    ObjectNode items = property(object, key).putObject("items");
    words.forEach(items.withArray("enum")::add);
  }

  /** A mapping of whatever keys. */
  private static void free(ObjectNode object) {
    object.putArray("type").add("object").add("null");
    object.put("additionalProperties", true);
  }

  private static ArrayNode types(ObjectNode full) {
    JsonNode type = full.get("type");
    return type instanceof ArrayNode several ? several : full.putArray("type").add(type.asText());
  }

  /** A list or mapping that has a short form. */
  private static void orText(ObjectNode full, JsonNode words) {
    ArrayNode types = types(full);
    Stream.of("string", "number", "boolean").forEach(types::add);
    if (!words.isMissingNode()) {
      ArrayNode branches = full.putArray("anyOf");
      branches.addObject().set("enum", words);
      branches.addObject().putArray("type").add("array").add("null");
    }
  }

  /** A known one needs no dialect, nor one that is another account of it. */
  private void completeProviders() {
    ObjectNode provider = property("providers", "*");
    property(provider, "dialect")
        .set("enum", array(JobWiring.DIALECTS.stream().map(ProviderDialect::name)));
    property(provider, "dialect").remove("pattern");
    provider.remove("required");
    orText(property(provider, "proxy"), NODES.missingNode());
    orText(property(provider, "headers", "*"), NODES.missingNode());
    allowNull(provider, "dialect");
    definitions().set("provider", provider);
    ObjectNode known = property("providers").putObject("properties");
    fieldNames(knownProviders())
        .forEach(name -> known.putObject(name).put("$ref", "#/definitions/provider"));
    ObjectNode own = property("providers").putObject("additionalProperties");
    own.putArray("allOf").addObject().put("$ref", "#/definitions/provider");
    ArrayNode named = own.putArray("anyOf");
    Stream.of("dialect", "identity")
        .forEach(key -> named.addObject().putArray("required").add(key));
  }

  private ObjectNode definitions() {
    return schema.withObject("/definitions");
  }

  private static void allowNull(ObjectNode object, String key) {
    property(object, key).withArray("type").add("null");
    property(object, key).withArray("enum").addNull();
  }

  private static ObjectNode knownProviders() {
    return YamlTree.parse(Conf.read(Conf.PROVIDERS), new Problems(Conf.PROVIDERS));
  }

  private void completeModels() {
    property("models").put("minProperties", 1);
    ObjectNode model = property("models", "*");
    ArrayNode provider = property(model, "provider").putArray("anyOf");
    provider.addObject().set("enum", array(fieldNames(knownProviders())));
    provider.addObject().put("pattern", "\\S");
    free(property(model, "extra"));
    words(
        property(model, "fallback").withObject("/items"),
        "on",
        Arrays.stream(FailureKind.values())
            .filter(kind -> kind.isStored() && kind != FailureKind.INVALID_REQUEST)
            .map(FailureKind::name));
    Map<String, String> parameters = new TreeMap<>();
    JobWiring.DIALECTS.forEach(
        dialect ->
            dialect
                .parameters()
                .forEach(name -> parameters.merge(name, dialect.name(), (a, b) -> a + ", " + b)));
    ObjectNode properties = (ObjectNode) model.get("properties");
    parameters.forEach(
        (name, dialects) ->
            properties
                .putObject(name)
                .put("description", "Parameter of the dialects: " + dialects));
    model.put("additionalProperties", false);
  }

  private static Stream<String> fieldNames(ObjectNode object) {
    return object.properties().stream().map(Map.Entry::getKey);
  }

  private static ArrayNode array(Stream<String> texts) {
    ArrayNode array = NODES.arrayNode();
    texts.filter(Objects::nonNull).forEach(array::add);
    return array;
  }

  private void completePrices() {
    ObjectNode prices = property("prices");
    prices.putArray("type").add("object").add("null");
    ArrayNode forms = prices.putObject("additionalProperties").putArray("anyOf");
    definitions().set("price", priceEntry);
    forms.addObject().put("$ref", "#/definitions/price");
    forms
        .addObject()
        .put("type", "string")
        .put("description", "Name of an entry of the price list");
    ObjectNode list = forms.addObject();
    list.put("type", "array").put("minItems", 1);
    list.put("description", "Prices that hold at different times");
    list.putObject("items").put("$ref", "#/definitions/price");
  }
}
