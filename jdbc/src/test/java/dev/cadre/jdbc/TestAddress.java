// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A database that another process is to use too. */
record TestAddress(String url, String user, String password) {
    static TestAddress of(PGSimpleDataSource source) {
        return new TestAddress(source.getUrl(), source.getUser(), source.getPassword());
    }

    static TestAddress parse(String[] arguments) {
        return new TestAddress(arguments[0], arguments[1], arguments[2]);
    }

    List<String> arguments() {
        return List.of(url, user, password);
    }

    DataSource source() {
        if (url.startsWith("jdbc:h2:")) {
            var source = new JdbcDataSource();
            source.setURL(url);
            source.setUser(user);
            return source;
        }
        var source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }
}
