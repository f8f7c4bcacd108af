package io.penstock.app;

import io.penstock.config.JobSpec;
import io.penstock.yaml.Key;
import io.penstock.yaml.RecordReader;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What each key of the job file means: the README's words, and some for what has no row there. */
final class JobSchemaTexts {
  private static final String USD = "USD per million ";

  /** Keys that hold others, and those of a price. */
  private static final Map<String, String> FURTHER =
      Map.ofEntries(
          Map.entry("input", "Where the prompts come from: a path or a table"),
          Map.entry("prompt", "How a row becomes a prompt: templates, or a column of messages"),
          Map.entry(
              "providers",
              "Servers and accounts by the job's name for them, over those of conf/providers.yaml"),
          Map.entry("providers.*.headers", "Further request headers by name"),
          Map.entry("providers.*.proxy", "HTTP proxy; http://host:port for one without a user"),
          Map.entry("providers.*.proxy.password", "Where the proxy's password is; one of these"),
          Map.entry(
              "models",
              "Models by the job's name for them; generation parameters stand beside the model"),
          Map.entry(
              "cascade", "Which answers are not good enough, and the model that is asked then"),
          Map.entry("batch", "Delivery by the providers' Batch APIs"),
          Map.entry("concurrency", "How many calls are under way at once, per executor and model"),
          Map.entry("limits", "Of an account and model, for the whole cluster, by provider/model"),
          Map.entry("retry", "How often and how long a row is tried"),
          Map.entry("budget", "What a run may cost, over all its executions"),
          Map.entry("store", "The completion store, which keeps every answer"),
          Map.entry("output", "The results"),
          Map.entry("failures", "How many rows may fail"),
          Map.entry("report", "The page about a run"),
          Map.entry("runs", "The run folders"),
          Map.entry("valid_from", "The first day on which it holds, YYYY-MM-DD in UTC"),
          Map.entry("valid_until", "The first day on which it holds no more"),
          Map.entry("input_price", USD + "input tokens"),
          Map.entry("cached_input", USD + "input tokens read from the prompt cache"),
          Map.entry("cache_write", USD + "input tokens written to it"),
          Map.entry("cache_write_1h", USD + "input tokens written to it for an hour"),
          Map.entry("output_price", USD + "output tokens"),
          Map.entry("batch_input", "The same in batches: input"),
          Map.entry("batch_cached_input", "In batches: input read from the prompt cache"),
          Map.entry("batch_cache_write", "In batches: input written to it"),
          Map.entry("batch_cache_write_1h", "In batches: input written to it for an hour"),
          Map.entry("batch_output", "In batches: output"),
          Map.entry("tiers", "Prices of prompts that are longer"),
          Map.entry("above_input_tokens", "Holds for prompts of more input tokens than these"),
          Map.entry("context_window", "Tokens of prompt and answer together"),
          Map.entry("max_output", "The most output tokens that the model gives"),
          Map.entry("encoding", "o200k_base or cl100k_base, where the tokenizer is OpenAI's"));

  private final Map<String, String> meanings;
  private final Map<String, String> paths = new HashMap<>();

  /**
   * @param meanings of the README's job-file table, by key path
   */
  JobSchemaTexts(Map<String, String> meanings) {
    this.meanings = meanings;
    collect(JobSpec.class, "");
  }

  /**
   * @throws IllegalStateException where nothing is said of it
   */
  String of(RecordComponent component) {
    String key = RecordReader.keyOf(component);
    String path = paths.getOrDefault(name(component), ofPrice(component, key));
    String text = FURTHER.getOrDefault(path, plain(meanings.getOrDefault(path, "")));
    if (text.isEmpty() && meanings.containsKey(path)) {
      return plain(key.replace('_', ' '));
    }
    if (text.isEmpty()) {
      throw new IllegalStateException("No description of " + path);
    }
    return text;
  }

  private static String ofPrice(RecordComponent component, String key) {
    boolean ofPrice = component.getDeclaringRecord().getName().contains(".pricing.");
    return ofPrice && List.of("input", "output").contains(key) ? key + "_price" : key;
  }

  private static String name(RecordComponent component) {
    return component.getDeclaringRecord().getName() + "." + component.getName();
  }

  /** Each record of a job file has one place in it. */
  private void collect(Class<?> type, String prefix) {
    for (RecordComponent component : type.getRecordComponents()) {
      Key key = component.getAnnotation(Key.class);
      if (key == null || !key.rest()) {
        String path = prefix + RecordReader.keyOf(component);
        paths.put(name(component), path);
        collectInside(component.getGenericType(), path);
      }
    }
  }

  private void collectInside(Type type, String path) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      String step = generic.getRawType() == List.class ? "[]" : ".*";
      collectInside(arguments[arguments.length - 1], path + step);
    } else if (type instanceof Class<?> plain && plain.isRecord()) {
      collect(plain, path + ".");
    }
  }

  private static String plain(String markdown) {
    String self = markdown.replaceAll("[,;] see (below|[A-Z][a-z ]+)$", "");
    String text = Pattern.compile("\\[([^\\]]*)]\\([^)]*\\)").matcher(self).replaceAll("$1");
    return text.replace("\\|", "|").replace("\\<", "<").replace("`", "");
  }
}
