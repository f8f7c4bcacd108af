package io.penstock.pipeline;

import java.io.IOException;
import java.io.Serializable;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.alias.CredentialProviderFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where a secret is read; one of the three is set. Holds the place, never the secret.
 *
 * @param otherwise begins the message when it is not there
 * @param environment name of a variable
 * @param file on this machine, or any Hadoop path
 * @param credentialAlias name in the Hadoop credential providers
 */
public record SecretPlace(
    String otherwise,
    @Nullable String environment,
    @Nullable String file,
    @Nullable String credentialAlias)
    implements Serializable {
  /**
   * @param hadoop asked for only where it is needed
   * @throws InvalidInputException when the secret is not there
   */
  public String read(Supplier<Configuration> hadoop) {
    if (environment != null) {
      return required(
          System.getenv(environment), "environment variable " + environment + " is not set");
    }
    if (file != null) {
      return required(TextFile.read(file, hadoop, otherwise + ": "), "file " + file + " is empty");
    }
    return required(
        credential(hadoop.get()),
        "the Hadoop credential providers have no alias " + credentialAlias);
  }

  private String required(@Nullable String secret, String why) {
    if (secret == null || secret.isBlank()) {
      throw new InvalidInputException(otherwise + ": " + why);
    }
    return secret.strip();
  }

  /** Of credential providers only: a configuration that holds it in clear shows it to others. */
  private @Nullable String credential(Configuration hadoop) {
    if (hadoop.get(CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH) == null) {
      throw new InvalidInputException(
          otherwise
              + ": credential_alias needs the Hadoop setting "
              + CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH);
    }
    try {
      char[] found = hadoop.getPasswordFromCredentialProviders(credentialAlias);
      return found == null ? null : new String(found);
    } catch (IOException e) {
      throw new InvalidInputException(
          otherwise + ": the Hadoop credential providers cannot be read: " + e.getMessage(), e);
    }
  }
}
