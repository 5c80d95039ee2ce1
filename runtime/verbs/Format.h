// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace qwen {

std::string fixed(double value, int digits);  // "3.14"
std::string humanBytes(int64_t bytes);        // "512 B", "1.50 KiB", "1.11 GiB"

}  // namespace qwen
