package io.penstock.config;

import io.penstock.config.JobSpec.HeaderSpec;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.config.JobSpec.ProxySpec;
import io.penstock.domain.Network;
import io.penstock.yaml.Problems;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The checks of one provider's key, headers and proxy. */
final class ProviderChecks {
  /** Carry the key. */
  private static final Set<String> OF_THE_KEY =
      Set.of("authorization", "x-api-key", "api-key", "x-goog-api-key");

  /** Written by the HTTP client, or not to be sent on by it. */
  private static final Set<String> OF_THE_CLIENT =
      Set.of(
          "accept-encoding",
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "expect",
          "host",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "user-agent");

  /** RFC 9110, section 5.6.2. */
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

  private static final Pattern HEADER_VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");

  /** Words in the names of headers that carry secrets. */
  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(^|[^a-z])(auth|authorization|apikey|key|token|secret|password|credentials?|cookie)($|[^a-z])");

  private static final Pattern SECRET_VALUE = Pattern.compile("(?i)^(bearer|basic) |\\bsk-");

  private final String path;
  private final ProviderSpec provider;
  private final Problems problems;

  ProviderChecks(String path, ProviderSpec provider, Problems problems) {
    this.path = path;
    this.provider = provider;
    this.problems = problems;
  }

  /** Whether anything that must not be overheard goes to the provider itself. */
  static boolean sendsSecrets(ProviderSpec provider) {
    return provider.apiKey().places() > 0
        || provider.headers().values().stream().anyMatch(header -> header.secret().places() > 0);
  }

  void run() {
    if (provider.apiKey().places() > 1) {
      problems.add(path, "must have one of api_key_env, api_key_file and credential_alias");
    }
    Set<String> seen = new HashSet<>();
    provider
        .headers()
        .forEach(
            (name, header) -> {
              checkHeader(name, header);
              if (!seen.add(name.toLowerCase(Locale.ROOT))) {
                problems.add(headerPath(name), "is there twice, in other letters");
              }
            });
    checkProxy(provider.proxy());
    if (provider.batch() && !DialectRules.WITH_BATCHES.contains(provider.dialect())) {
      problems.add(
          path + ".batch", "is true, but batches of this dialect are not built; remove it");
    }
    if (path.equals("providers." + JobSpecReader.SIMULATOR)
        && (provider.proxy().url() != null || provider.caFile() != null)) {
      problems.add(path, "runs inside the job: it has no proxy and no ca_file");
    }
  }

  private String headerPath(String name) {
    return path + ".headers." + name;
  }

  private void checkHeader(String name, HeaderSpec header) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!HEADER_NAME.matcher(name).matches()) {
      problems.add(headerPath(name), "is no name of a header");
    } else if (OF_THE_KEY.contains(lower)) {
      problems.add(
          headerPath(name),
          "carries the key: give it by api_key_env, api_key_file or credential_alias");
    } else if (lower.startsWith("proxy-")) {
      problems.add(headerPath(name), "is for the proxy: see proxy.user and proxy.password");
    } else if (OF_THE_CLIENT.contains(lower)) {
      problems.add(headerPath(name), "is written by Penstock itself");
    } else {
      checkValue(name, header);
    }
  }

  private void checkValue(String name, HeaderSpec header) {
    String at = headerPath(name);
    String lower = name.toLowerCase(Locale.ROOT);
    String value = header.value();
    if ((value == null ? 0 : 1) + header.secret().places() != 1) {
      problems.add(at, "must have one of value, env, file and credential_alias");
    } else if (value == null) {
      if (Network.DECIDING_HEADERS.contains(lower)) {
        problems.add(at, "decides the answer: its value must stand in the job file");
      }
    } else if (!HEADER_VALUE.matcher(value).matches()) {
      problems.add(at, "holds a character that no header may hold, such as a line break");
    } else if (SECRET_NAME.matcher(lower).find() || SECRET_VALUE.matcher(value).find()) {
      problems.add(
          at,
          "looks like a secret, and would stand in the run folder: write where its value is, {env: NAME}, {file: PATH} or {credential_alias: NAME}");
    }
  }

  private void checkProxy(ProxySpec proxy) {
    String at = path + ".proxy";
    long passwords = proxy.password().places();
    if (proxy.url() == null) {
      if (proxy.user() != null || passwords > 0) {
        problems.add(at + ".url", "is required");
      }
      return;
    }
    try {
      ProxyUrl.parse(proxy.url());
    } catch (IllegalArgumentException e) {
      problems.add(at + ".url", e.getMessage());
    }
    if (passwords > 1) {
      problems.add(at + ".password", "must have one of env, file and credential_alias");
    } else if ((proxy.user() == null) != (passwords == 0)) {
      problems.add(at, "must have both user and password, or neither");
    }
    if (proxy.user() != null && proxy.user().contains(":")) {
      problems.add(at + ".user", "must hold no colon");
    }
  }
}
