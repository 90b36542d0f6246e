package { 'a': }
package { 'c': name => 'a', provider => 'gem' }
