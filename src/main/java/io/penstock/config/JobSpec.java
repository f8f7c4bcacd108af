package io.penstock.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.DeliveryMode;
import io.penstock.yaml.Key;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A job file: one component per key. Keys of features that are not built yet are listed in {@link
 * UnbuiltKeys}.
 *
 * @param name identity of the job together with its store; letters, digits, dot, dash, underscore
 * @param samples answers for each row, each of them asked for; each makes a row of the results
 * @param deduplicate whether equal requests are called once for all their rows
 * @param providers by the job's name for them: those of {@code conf/providers.yaml} with the job's
 *     own put over them
 * @param models by the job's name for them; at least one
 * @param routing first match decides; empty: the only model is taken that is no other's fallback
 * @param cascade which answers are not good enough, and which model is asked then
 * @param delivery first match decides; empty: all in realtime
 * @param limits of an account and model, for the whole cluster, by {@code provider/model}: the
 *     provider's name in the job and the model as requested, which may itself hold slashes; what is
 *     not set is learnt from the answers' headers
 * @param limitsWithoutPlugin what becomes of a job with limits where the driver cannot grant them:
 *     it is refused, or each executor takes an equal part
 * @param prices the job's own prices, in the form of {@code conf/prices.yaml}, or as names of its
 *     entries; read by {@code pricing}
 */
public record JobSpec(
    @Key(required = true) String name,
    @Key(required = true) InputSpec input,
    @Key(required = true) PromptSpec prompt,
    @Key(fallback = "1", min = 1, max = 1000) Integer samples,
    @Key(fallback = "true") Boolean deduplicate,
    Map<String, ProviderSpec> providers,
    @Key(required = true) Map<String, ModelSpec> models,
    @Key(fallback = "[]") List<RouteSpec> routing,
    CascadeSpec cascade,
    @Key(fallback = "[]") List<DeliverySpec> delivery,
    BatchSpec batch,
    ConcurrencySpec concurrency,
    Map<String, LimitSpec> limits,
    @Key(
            fallback = "refuse",
            oneOf = {"refuse", "divide"})
        String limitsWithoutPlugin,
    RetrySpec retry,
    BudgetSpec budget,
    @Key(fallback = "{}") JsonNode prices,
    @Key(required = true) StoreSpec store,
    @Key(required = true) OutputSpec output,
    FailuresSpec failures,
    @Key(required = true) RunsSpec runs,
    ReportSpec report) {

  /** The job's names of the models that a row can be routed to at first. */
  public Set<String> firstModels() {
    if (!routing.isEmpty()) {
      return routing.stream().map(RouteSpec::model).collect(Collectors.toCollection(TreeSet::new));
    }
    Set<String> first = new TreeSet<>(models.keySet());
    models.values().forEach(model -> model.fallback().forEach(next -> first.remove(next.model())));
    first.removeIf(name -> name.equals(cascade.to()));
    return first.isEmpty() ? models.keySet() : first;
  }

  /** Of all models that a row can come to: at first, by fallback or by the cascade. */
  public Set<String> routedModels() {
    Set<String> reached = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(firstModels());
    if (cascade.to() != null) {
      open.add(cascade.to());
    }
    while (!open.isEmpty()) {
      String name = open.remove();
      if (models.containsKey(name) && reached.add(name)) {
        models.get(name).fallback().forEach(next -> open.add(next.model()));
      }
    }
    return reached;
  }

  /** Whether some rows are to be answered by Batch APIs, where their models have one. */
  public boolean asksForBatches() {
    return delivery.stream().anyMatch(DeliverySpec::asksForBatch);
  }

  /**
   * Where the prompts come from: a path or a table.
   *
   * @param path a file, folder or glob on any Hadoop file system; relative to the job file's folder
   * @param table {@code catalog.database.table}
   * @param options passed to Spark's reader; for csv {@code header}, {@code multiLine} and RFC 4180
   *     quoting are on by default
   * @param columns further columns by Spark SQL
   * @param where Spark SQL condition; deterministic
   * @param id a column whose values are unique and not null; null: rows have no id of their own
   */
  public record InputSpec(
      @Nullable String path,
      @Nullable String table,
      @Key(
              fallback = "parquet",
              oneOf = {"parquet", "json", "csv", "orc"})
          String format,
      Map<String, String> options,
      @Nullable String id,
      Map<String, String> columns,
      @Nullable String where) {}

  /**
   * How a row becomes a prompt: templates, or a column of messages.
   *
   * @param system template of the system instructions
   * @param user template of the user's message
   * @param messages name of a column {@code array<struct<role:string, content:string>>}, instead of
   *     the templates
   * @param collapseWhitespace whether runs of blanks and of line breaks are shortened, outside code
   *     fences
   * @param truncate a column of the templates to the o200k_base tokens that are kept of it, at
   *     least 1
   * @param cachePrefix whether requests that begin alike are called after each other, and providers
   *     asked to keep what prompts begin with; {@code 1h}: for an hour
   * @param responseSchema JSON Schema that answers must fulfil; null: they may be any text
   */
  public record PromptSpec(
      @Nullable String system,
      @Nullable String user,
      @Nullable String messages,
      @Key(fallback = "false") Boolean collapseWhitespace,
      Map<String, Integer> truncate,
      @Key(
              fallback = "false",
              oneOf = {"false", "true", "1h"})
          String cachePrefix,
      @Nullable JsonNode responseSchema) {
    public boolean cachesPrefix() {
      return !cachePrefix.equals("false");
    }
  }

  /**
   * An account at a provider.
   *
   * @param dialect name of its wire format
   * @param baseUrl what the dialect's paths are appended to; without a path the dialect's is added,
   *     mostly {@code /v1}
   * @param identity what its answers belong to; null: the normalised base URL
   * @param apiKeyEnv name of the environment variable that holds the key
   * @param apiKeyFile file that holds the key: on the driver's machine, or any Hadoop path
   * @param credentialAlias name of the key in the Hadoop credential providers that {@code
   *     hadoop.security.credential.provider.path} lists
   * @param headers further request headers, by name; a text stands for {@code {value: text}}
   * @param proxy that the provider is reached through; a text stands for {@code {url: text}}
   * @param caFile PEM file of certificates that are trusted besides the JVM's own: on the driver's
   *     machine, or any Hadoop path
   * @param allowPlainHttp lets a key go over plain http to another machine
   * @param maxTokensField name of the field that carries {@code max_output_tokens} in the OpenAI
   *     dialect
   * @param apiVersion sent with every request as the query parameter {@code api-version}; in the
   *     azure dialect a date also means the older addresses, by deployment; null: none
   * @param priceAs the provider under which its models are found in the price list; null: its own
   *     name
   * @param batch whether the server has the Batch API of its dialect
   * @param options of the embedded simulator, by the names of the command's options
   */
  public record ProviderSpec(
      @Key(required = true) String dialect,
      @Nullable String baseUrl,
      @Nullable String identity,
      @Nullable String apiKeyEnv,
      @Nullable String apiKeyFile,
      @Nullable String credentialAlias,
      Map<String, HeaderSpec> headers,
      ProxySpec proxy,
      @Nullable String caFile,
      @Key(fallback = "false") Boolean allowPlainHttp,
      @Key(
              fallback = "max_tokens",
              oneOf = {"max_tokens", "max_completion_tokens"})
          String maxTokensField,
      @Nullable String apiVersion,
      @Nullable String priceAs,
      @Key(fallback = "false") Boolean batch,
      Map<String, String> options) {
    /** Where the key is. */
    public SecretSpec apiKey() {
      return new SecretSpec(apiKeyEnv, apiKeyFile, credentialAlias);
    }
  }

  /**
   * A request header: its value, or where a value that is a secret is.
   *
   * @param value stands in the run folder too
   * @param env name of an environment variable
   * @param file on the driver's machine, or any Hadoop path
   * @param credentialAlias name in the Hadoop credential providers
   */
  public record HeaderSpec(
      @Nullable String value,
      @Nullable String env,
      @Nullable String file,
      @Nullable String credentialAlias) {
    /** Where its value is; nowhere for one that is no secret. */
    public SecretSpec secret() {
      return new SecretSpec(env, file, credentialAlias);
    }
  }

  /**
   * An HTTP proxy.
   *
   * @param url {@code http://host:port}; null: no proxy, or the one that the JVM's own settings
   *     name
   * @param user null: the proxy asks for none
   */
  public record ProxySpec(@Nullable String url, @Nullable String user, SecretSpec password) {}

  /**
   * Where a secret is; at most one of these.
   *
   * @param env name of an environment variable
   * @param file on the driver's machine, or any Hadoop path
   * @param credentialAlias name in the Hadoop credential providers
   */
  public record SecretSpec(
      @Nullable String env, @Nullable String file, @Nullable String credentialAlias) {
    /** How many places are named. */
    public long places() {
      return Stream.of(
              Optional.ofNullable(env),
              Optional.ofNullable(file),
              Optional.ofNullable(credentialAlias))
          .filter(Optional::isPresent)
          .count();
    }
  }

  /**
   * A model and what is sent with every prompt to it.
   *
   * @param model the provider's name for it
   * @param maxOutputTokens null: the provider's own maximum
   * @param fallback models that are asked where this one fails, in order
   * @param extra parameters outside the dialect's list, sent as they are
   * @param parameters all other keys: generation parameters of the dialect, passed through by name
   */
  public record ModelSpec(
      @Key(required = true) String provider,
      @Key(required = true) String model,
      @Nullable @Key(min = 1) Integer maxOutputTokens,
      @Key(fallback = "[]") List<FallbackSpec> fallback,
      @Key(fallback = "{}") JsonNode extra,
      @Key(rest = true) Map<String, JsonNode> parameters) {}

  /**
   * @param on failure kinds
   */
  public record FallbackSpec(
      @Key(required = true) String model, @Key(required = true) List<String> on) {}

  /**
   * @param to the model that is asked where an answer is not good enough; null: no cascade
   * @param unless what a good answer fulfils: all of it
   * @param auditFraction of the rows: they are asked of both models
   */
  public record CascadeSpec(
      @Nullable String to,
      @Key(fallback = "[]") List<CheckSpec> unless,
      @Key(fallback = "0", min = 0, max = 1) BigDecimal auditFraction) {}

  /**
   * One thing that a good answer fulfils; exactly one component is there.
   *
   * @param finishReason one of these
   * @param matches a regular expression that is found in the completion
   * @param sql Spark SQL condition over the answer and the input's columns
   * @param schema that it fulfils the prompt's {@code response_schema}; true where it is there
   */
  public record CheckSpec(
      @Nullable List<String> finishReason,
      @Nullable String matches,
      @Nullable String sql,
      @Nullable Boolean schema) {}

  /**
   * @param when Spark SQL condition over the input's columns, {@code user_prompt} and {@code
   *     input_tokens}; null: always
   */
  public record RouteSpec(@Nullable String when, @Key(required = true) String model) {}

  /**
   * @param when Spark SQL condition as in routing; null: always
   */
  public record DeliverySpec(
      @Nullable String when,
      @Key(
              required = true,
              oneOf = {"realtime", "batch"})
          String mode) {
    public boolean asksForBatch() {
      return mode.equals(DeliveryMode.BATCH.word());
    }
  }

  /**
   * Delivery by the providers' Batch APIs.
   *
   * @param pollIntervalSeconds between two looks at a batch
   * @param deadlineSeconds from the run's start, after which nothing is waited for; null: none
   * @param onExpiry what becomes of the requests that a batch ended without: they are submitted
   *     again, or called in realtime
   * @param maxRequests of one batch, where the server takes fewer than its dialect's provider
   * @param maxBytes of one batch, likewise
   * @param adoptSeconds how long a batch is looked for whose creation was not confirmed, before it
   *     is created again
   */
  public record BatchSpec(
      @Key(fallback = "60", min = 1, max = 3600) Integer pollIntervalSeconds,
      @Nullable @Key(min = 1, max = 2_592_000) Integer deadlineSeconds,
      @Key(
              fallback = "resubmit",
              oneOf = {"resubmit", "realtime"})
          String onExpiry,
      @Nullable @Key(min = 1) Integer maxRequests,
      @Nullable @Key(min = 1) Long maxBytes,
      @Key(fallback = "900", min = 1, max = 86_400) Integer adoptSeconds) {}

  /**
   * How many calls are under way at once, per executor and model.
   *
   * @param initial times the number of executors, this is where the adaptive limit of an account
   *     and model starts; without {@code adaptive} it is held
   * @param min per executor, the least that the adaptive limit falls to; null: 5, or {@code
   *     initial} where that is smaller
   * @param max per executor, the most that the adaptive limit grows to; null: 50, or {@code
   *     initial} where that is larger
   * @param adaptive whether the limit follows the provider's refusals
   * @param chunkSize consecutive requests of a shard that are read and counted together; a barrier
   *     only with {@code chunkPauseMs}
   * @param chunkPauseMs rest after each chunk of a task, which then waits for the chunk's answers;
   *     0: none
   * @param warmUp whether an executor opens a connection to each model before its first call
   */
  public record ConcurrencySpec(
      @Key(fallback = "10", min = 1, max = 10_000) Integer initial,
      @Nullable @Key(min = 1, max = 10_000) Integer min,
      @Nullable @Key(min = 1, max = 10_000) Integer max,
      @Key(fallback = "true") Boolean adaptive,
      @Key(fallback = "100", min = 1, max = 100_000) Integer chunkSize,
      @Key(fallback = "0", min = 0, max = 3_600_000) Integer chunkPauseMs,
      @Key(fallback = "true") Boolean warmUp) {
    public ConcurrencySpec {
      if (min != null && min > initial || max != null && max < initial) {
        throw new IllegalArgumentException(
            "initial is " + initial + ", must lie between min (" + min + ") and max (" + max + ")");
      }
    }
  }

  /**
   * What an account allows of one model, to all executors together. Null: as the answers' headers
   * tell, else no such limit.
   *
   * @param tokensPerMinute input and output together
   * @param maxInFlight calls under way at once
   * @param enqueuedTokens input tokens of all batches that have not ended
   * @param share the part of the account's limits that this job may use, where others use it too;
   *     above 0, at most 1
   */
  public record LimitSpec(
      @Nullable @Key(min = 1) Long requestsPerMinute,
      @Nullable @Key(min = 1) Long tokensPerMinute,
      @Nullable @Key(min = 1) Long inputTokensPerMinute,
      @Nullable @Key(min = 1) Long outputTokensPerMinute,
      @Nullable @Key(min = 1) Integer maxInFlight,
      @Nullable @Key(min = 1) Long enqueuedTokens,
      @Key(fallback = "1", min = 0, max = 1) BigDecimal share) {
    public LimitSpec {
      if (share.signum() == 0) {
        throw new IllegalArgumentException("share is 0, must be above 0");
      }
    }
  }

  /**
   * @param maxAttempts HTTP requests per row that were begun and failed; refusals before work began
   *     do not count
   * @param maxPaidAttempts HTTP requests per row that may have been billed without an answer
   * @param requestTimeoutSeconds from the start of an attempt to the last byte of its answer
   * @param rowDeadlineSeconds from the first attempt of a row to the last
   */
  public record RetrySpec(
      @Key(fallback = "6", min = 1, max = 1000) Integer maxAttempts,
      @Key(fallback = "2", min = 1, max = 1000) Integer maxPaidAttempts,
      @Key(fallback = "600", min = 1, max = 86_400) Integer requestTimeoutSeconds,
      @Key(fallback = "3600", min = 1, max = 604_800) Integer rowDeadlineSeconds) {}

  /**
   * What a run may cost, over all its executions.
   *
   * @param maxUsd above 0; null: whatever it costs
   * @param whenOver what becomes of a run whose expected cost is more: it stops before anything is
   *     paid, or spends what there is
   */
  public record BudgetSpec(
      @Nullable BigDecimal maxUsd,
      @Key(
              fallback = "stop",
              oneOf = {"stop", "spend"})
          String whenOver) {
    public BudgetSpec {
      if (maxUsd != null && maxUsd.signum() <= 0) {
        throw new IllegalArgumentException(
            "max_usd is " + maxUsd.toPlainString() + ", must be above 0");
      }
    }
  }

  /**
   * @param path folder of the completion store; jobs may share one
   * @param maxAgeDays how old an answer of another run may be, at this run's start, to serve; null:
   *     any age
   * @param sync whether answers are forced to disk, so that they outlive a loss of power too
   */
  public record StoreSpec(
      @Key(required = true) String path,
      @Nullable @Key(min = 0, max = 36_500) BigDecimal maxAgeDays,
      @Key(fallback = "false") Boolean sync) {}

  /**
   * @param path folder of the results
   * @param mode whether a complete run replaces the earlier ones or stands beside them
   * @param prefix put before the names of our result columns
   */
  public record OutputSpec(
      @Key(required = true) String path,
      @Key(fallback = "parquet", oneOf = "parquet") String format,
      @Key(
              fallback = "overwrite",
              oneOf = {"overwrite", "append"})
          String mode,
      @Key(fallback = "''") String prefix) {
    public boolean overwrites() {
      return mode.equals("overwrite");
    }
  }

  /**
   * @param toleratedFraction of the rows that may fail before the exit code is 3
   */
  public record FailuresSpec(
      @Key(fallback = "0.05", min = 0, max = 1) BigDecimal toleratedFraction) {}

  /**
   * @param path folder of the run folders
   * @param keepDays after which the folders of complete runs are deleted
   */
  public record RunsSpec(
      @Key(required = true) String path,
      @Key(fallback = "90", min = 1, max = 36_500) Integer keepDays) {}

  /**
   * What {@code report.html} shows beside figures.
   *
   * @param samples rows with prompt and completion, of each model and of each failure kind
   */
  public record ReportSpec(@Key(fallback = "0", min = 0, max = 100) Integer samples) {}
}
