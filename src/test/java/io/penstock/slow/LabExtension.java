package io.penstock.slow;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives all test classes of a JVM the same {@link Lab}, which is closed after the last one. */
final class LabExtension implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Lab.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(Lab.class))
        .computeIfAbsent(Lab.class, absent -> open(), Lab.class);
  }

  private static Lab open() {
    try {
      return Lab.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
