package io.penstock.provider.http;

import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.BatchCodec;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.LearntRates;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderDialect;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderFactory;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/**
 * Connects models over HTTP, each in the dialect of its endpoint. Serializable and thread-safe;
 * holds no connections: they belong to the JVM.
 */
public final class HttpProviderFactory implements ProviderFactory {
  private static final long serialVersionUID = 1L;

  /** More than any model writes; a server that sends more is broken. */
  private static final long MAX_BODY_BYTES = 64L * 1024 * 1024;

  private final List<ProviderDialect> dialects;
  private final long maxBodyBytes;
  private final Clock clock;

  public HttpProviderFactory(List<ProviderDialect> dialects) {
    this(dialects, MAX_BODY_BYTES, Clock.systemUTC());
  }

  /**
   * @param clock for servers that give the date until which to wait
   */
  HttpProviderFactory(List<ProviderDialect> dialects, long maxBodyBytes, Clock clock) {
    this.dialects = List.copyOf(dialects);
    this.maxBodyBytes = maxBodyBytes;
    this.clock = clock;
  }

  /**
   * @throws IllegalArgumentException when the endpoint's dialect is not known, its base URL is
   *     none, its certificates cannot be read or a secret cannot stand in a header; the message
   *     does not hold the secret
   */
  @Override
  public ModelProvider connect(
      ModelSettings model, ProviderSecrets secrets, int maxInFlight, Consumer<LearntRates> learnt) {
    ProviderDialect dialect = dialect(model.endpoint());
    ModelCodec codec = dialect.codec(model);
    Request template = template(model.endpoint(), dialect, codec.path(), secrets);
    SharedClient.makeRoomFor(maxInFlight);
    HttpModel.Line line =
        new HttpModel.Line(
            client(model.endpoint(), secrets),
            template,
            new SecretMask(secrets),
            new AnswerReader(maxBodyBytes),
            new RateHeaders(learnt),
            clock);
    return new HttpModel(model, codec, line);
  }

  @Override
  public void warmUp(ModelSettings model, ProviderSecrets secrets) {
    HttpUrl base = HttpUrl.parse(model.endpoint().baseUrl());
    if (base != null) { // else the first call says so
      WarmUp.start(base, Route.of(model.endpoint().network(), secrets));
    }
  }

  @Override
  public boolean check(ModelSettings model, ProviderSecrets secrets) throws ProviderException {
    ProviderDialect dialect = dialect(model.endpoint());
    ModelCodec codec = dialect.codec(model);
    String path = codec.probe() == null ? ModelCheck.PATH : codec.path();
    Request template = template(model.endpoint(), dialect, path, secrets);
    SharedClient.makeRoomFor(1);
    return new ModelCheck(
            model,
            codec,
            client(model.endpoint(), secrets),
            template,
            new SecretMask(secrets),
            new AnswerReader(maxBodyBytes),
            clock)
        .run();
  }

  /**
   * @throws IllegalArgumentException as {@link #connect} does
   */
  @Override
  public Optional<BatchProvider> batches(ModelSettings model, ProviderSecrets secrets) {
    ProviderDialect dialect = dialect(model.endpoint());
    return dialect.batchCodec(model).map(codec -> batches(model, secrets, codec));
  }

  private BatchProvider batches(ModelSettings model, ProviderSecrets secrets, BatchCodec codec) {
    ProviderEndpoint endpoint = model.endpoint();
    ProviderDialect dialect = dialect(endpoint);
    Request template = template(endpoint, dialect, codec.batchesPath(), secrets);
    BatchCalls.Line line =
        new BatchCalls.Line(
            model,
            client(endpoint, secrets),
            path -> template(endpoint, dialect, path, secrets),
            new Refusals(model, dialect.codec(model), template.url(), clock),
            new SecretMask(secrets),
            new AnswerReader(maxBodyBytes));
    return new HttpBatches(codec, new BatchCalls(line), maxBodyBytes);
  }

  @Override
  public void close() {
    SharedClient.closeIdleConnections();
  }

  private ProviderDialect dialect(ProviderEndpoint endpoint) {
    return dialects.stream()
        .filter(dialect -> dialect.name().equals(endpoint.dialect()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(noDialect(endpoint)));
  }

  private String noDialect(ProviderEndpoint endpoint) {
    List<String> known = dialects.stream().map(ProviderDialect::name).sorted().toList();
    return "Provider %s: dialect is %s, must be one of %s"
        .formatted(endpoint.name(), endpoint.dialect(), known);
  }

  private static OkHttpClient client(ProviderEndpoint endpoint, ProviderSecrets secrets) {
    try {
      return SharedClient.through(Route.of(endpoint.network(), secrets));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Provider %s: ca_file %s".formatted(endpoint.name(), e.getMessage()), e);
    }
  }

  private static Request template(
      ProviderEndpoint endpoint, ProviderDialect dialect, String path, ProviderSecrets secrets) {
    HttpUrl base = HttpUrl.parse(endpoint.baseUrl());
    if (base == null) {
      throw new IllegalArgumentException(
          "Provider %s: base_url is not an http or https URL".formatted(endpoint.name()));
    }
    HttpUrl.Builder url = base.newBuilder().addPathSegments(path.substring(1));
    if (endpoint.apiVersion() != null) {
      url.setQueryParameter("api-version", endpoint.apiVersion());
    }
    Request.Builder request =
        new Request.Builder().url(url.build()).header("User-Agent", "penstock");
    dialect.headers().forEach(request::header);
    endpoint.network().headers().forEach(request::header);
    secrets
        .headers()
        .forEach((name, value) -> secret(request, name, value, endpoint, "header " + name));
    String apiKey = secrets.apiKey();
    if (apiKey != null && !apiKey.isBlank()) {
      Map.Entry<String, String> key = dialect.authorization(apiKey);
      secret(request, key.getKey(), key.getValue(), endpoint, "API key");
    }
    return Route.of(endpoint.network(), secrets).forProxy(request).build();
  }

  private static void secret(
      Request.Builder request, String name, String value, ProviderEndpoint endpoint, String what) {
    try {
      request.header(name, value);
    } catch (IllegalArgumentException e) {
      // the cause is not kept: its message may quote the secret
      throw new IllegalArgumentException(
          "Provider %s: the %s holds a character that no header may hold, such as a line break"
              .formatted(endpoint.name(), what));
    }
  }
}
