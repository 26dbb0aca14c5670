#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <simgrid/s4u.hpp>

/* usage: simgrid_flows FLOWS RATE
 * Runs flows in SimGrid: reads lines `size_byte from to link ...`, prints the seconds that its run
 * took and then the finish time of every flow. RATE is byte/s of every link. One actor of each host
 * sends, one receives; routes are those of the file. Pure max-min: no latency, no factors, no
 * weights by latency, no cross traffic, full precision. */

namespace sg = simgrid::s4u;

namespace
{

struct Flow {
    double size_byte = 0.0;
    unsigned from = 0;
    unsigned to = 0;
    std::vector<unsigned> links;
    sg::CommPtr comm;
    char *got = nullptr;
};

char payload;

std::vector<Flow> read_flows(const char *path)
{
    std::vector<Flow> flows;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        Flow flow;
        words >> flow.size_byte >> flow.from >> flow.to;
        for (unsigned link; words >> link;) {
            flow.links.push_back(link);
        }
        flows.push_back(flow);
    }
    return flows;
}

template <typename Item> Item *&place_of(std::vector<Item *> &list, unsigned number)
{
    if (number >= list.size()) {
        list.resize(number + 1, nullptr);
    }
    return list[number];
}

std::vector<sg::Host *> build(const std::vector<Flow> &flows, double rate)
{
    auto *zone = sg::create_full_zone("all");
    std::vector<sg::Host *> hosts;
    std::vector<sg::Link *> links;
    std::vector<std::vector<bool>> is_routed;
    for (const Flow &flow : flows) {
        for (const unsigned end : {flow.from, flow.to}) {
            if (place_of(hosts, end) == nullptr) {
                place_of(hosts, end) = zone->create_host("h" + std::to_string(end), 1e9)->seal();
            }
        }
        std::vector<sg::LinkInRoute> route;
        for (const unsigned link : flow.links) {
            if (place_of(links, link) == nullptr) {
                place_of(links, link) =
                    zone->create_link("l" + std::to_string(link), rate)->set_latency(0.0)->seal();
            }
            route.emplace_back(links[link]);
        }
        is_routed.resize(std::max<std::size_t>(is_routed.size(), flow.from + 1));
        auto &row = is_routed[flow.from];
        row.resize(std::max<std::size_t>(row.size(), flow.to + 1));
        if (!row[flow.to]) {
            row[flow.to] = true;
            zone->add_route(hosts[flow.from]->get_netpoint(), hosts[flow.to]->get_netpoint(),
                            nullptr, nullptr, route, false);
        }
    }
    zone->seal();
    return hosts;
}

void send(std::vector<Flow> *flows, unsigned host)
{
    std::vector<sg::CommPtr> mine;
    for (std::size_t i = 0; i < flows->size(); i++) {
        if ((*flows)[i].from == host) {
            auto *box = sg::Mailbox::by_name(std::to_string(i));
            mine.push_back(
                box->put_async(&payload, static_cast<std::uint64_t>((*flows)[i].size_byte)));
        }
    }
    sg::Comm::wait_all(mine);
}

void receive(std::vector<Flow> *flows, unsigned host)
{
    std::vector<sg::CommPtr> mine;
    for (std::size_t i = 0; i < flows->size(); i++) {
        if ((*flows)[i].to == host) {
            auto *box = sg::Mailbox::by_name(std::to_string(i));
            (*flows)[i].comm = box->get_async<char>(&(*flows)[i].got);
            mine.push_back((*flows)[i].comm);
        }
    }
    sg::Comm::wait_all(mine);
}

} // namespace

int main(int argc, char **argv)
{
    static std::vector<std::string> settings = {
        argv[0],
        "--cfg=network/model:CM02",
        "--cfg=network/bandwidth-factor:1",
        "--cfg=network/latency-factor:1",
        "--cfg=network/weight-S:0",
        "--cfg=network/TCP-gamma:1e30",
        "--cfg=network/crosstraffic:0",
        "--cfg=surf/precision:1e-12",
        "--log=root.thresh:error",
    };
    if (argc != 3) {
        return 2;
    }
    std::vector<char *> words;
    for (auto &word : settings) {
        words.push_back(&word[0]);
    }
    int count = static_cast<int>(words.size());
    sg::Engine engine(&count, words.data());
    std::vector<Flow> flows = read_flows(argv[1]);
    const auto hosts = build(flows, std::stod(argv[2]));
    for (unsigned i = 0; i < hosts.size(); i++) {
        if (hosts[i] != nullptr) {
            sg::Actor::create("send", hosts[i], send, &flows, i);
            sg::Actor::create("receive", hosts[i], receive, &flows, i);
        }
    }
    const auto begin = std::chrono::steady_clock::now();
    engine.run();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    std::printf("%.9g\n", elapsed.count());
    for (const Flow &flow : flows) {
        std::printf("%.17g\n", flow.comm->get_finish_time());
    }
    return 0;
}
