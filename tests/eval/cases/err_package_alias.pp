package { 'a': }
package { 'c': name => 'a' }
